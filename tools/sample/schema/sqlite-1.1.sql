-- Kestra has no SQLite database: this is winnow's own, in the shape of Kestra 1.1, for trials, tests and hosts without a server.
-- Declared types say what a column holds: INSTANT is UTC text with six digits of fraction, JSON a document.
-- A statement ends with a semicolon at the end of its line.

CREATE TABLE executions (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL,
  deleted BOOLEAN NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.deleted')) STORED,
  namespace TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.namespace')) STORED,
  flow_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.flowId')) STORED,
  state_current TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.state.current')) STORED,
  state_duration INTEGER NOT NULL
    GENERATED ALWAYS AS (CAST(round(json_extract(value, '$.state.duration') * 1000) AS INTEGER)) STORED,
  start_date INSTANT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.state.startDate')) STORED,
  end_date INSTANT GENERATED ALWAYS AS (json_extract(value, '$.state.endDate')) STORED,
  id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.id')) STORED,
  tenant_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.tenantId')) STORED,
  trigger_execution_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.trigger.variables.executionId')) STORED,
  kind TEXT GENERATED ALWAYS AS (json_extract(value, '$.kind')) STORED
);
CREATE INDEX executions_end_date ON executions (deleted, tenant_id, end_date);
CREATE INDEX executions_flow_id ON executions (deleted, tenant_id, flow_id);
CREATE INDEX executions_namespace ON executions (deleted, tenant_id, namespace);
CREATE INDEX executions_start_date ON executions (deleted, tenant_id, start_date);
CREATE INDEX executions_state_current ON executions (deleted, tenant_id, state_current);
CREATE INDEX executions_state_duration ON executions (deleted, tenant_id, state_duration);
CREATE INDEX executions_trigger_execution_id ON executions (deleted, tenant_id, trigger_execution_id);

CREATE TABLE logs (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL,
  deleted BOOLEAN NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.deleted')) STORED,
  namespace TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.namespace')) STORED,
  flow_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.flowId')) STORED,
  task_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.taskId')) STORED,
  execution_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.executionId')) STORED,
  taskrun_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.taskRunId')) STORED,
  attempt_number INTEGER GENERATED ALWAYS AS (json_extract(value, '$.attemptNumber')) STORED,
  trigger_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.triggerId')) STORED,
  level TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.level')) STORED,
  timestamp INSTANT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.timestamp')) STORED,
  tenant_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.tenantId')) STORED,
  execution_kind TEXT GENERATED ALWAYS AS (json_extract(value, '$.executionKind')) STORED
);
CREATE INDEX logs_execution_id ON logs (deleted, execution_id);
CREATE INDEX logs_execution_id__task_id ON logs (deleted, execution_id, task_id);
CREATE INDEX logs_execution_id__taskrun_id ON logs (deleted, execution_id, taskrun_id);
CREATE INDEX logs_namespace_flow ON logs (deleted, tenant_id, timestamp, level, namespace, flow_id);
CREATE INDEX logs_timestamp ON logs (timestamp);

CREATE TABLE metrics (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL,
  deleted BOOLEAN NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.deleted')) STORED,
  namespace TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.namespace')) STORED,
  flow_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.flowId')) STORED,
  task_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.taskId')) STORED,
  execution_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.executionId')) STORED,
  taskrun_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.taskRunId')) STORED,
  metric_name TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.name')) STORED,
  timestamp INSTANT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.timestamp')) STORED,
  metric_value REAL NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.value')) STORED,
  tenant_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.tenantId')) STORED,
  execution_kind TEXT GENERATED ALWAYS AS (json_extract(value, '$.executionKind')) STORED
);
CREATE INDEX metrics_execution_id ON metrics (deleted, execution_id);
CREATE INDEX metrics_flow_id ON metrics (deleted, tenant_id, namespace, flow_id);
CREATE INDEX metrics_timestamp ON metrics (deleted, tenant_id, timestamp);

CREATE TABLE executorstate (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL
);

CREATE TABLE execution_queued (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL,
  tenant_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.tenantId')) STORED,
  namespace TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.namespace')) STORED,
  flow_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.flowId')) STORED,
  date INSTANT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.date')) STORED
);
CREATE INDEX execution_queued__flow_date ON execution_queued (tenant_id, namespace, flow_id, date);

CREATE TABLE concurrency_limit (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL,
  tenant_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.tenantId')) STORED,
  namespace TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.namespace')) STORED,
  flow_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.flowId')) STORED,
  running INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.running')) STORED
);
CREATE INDEX concurrency_limit__flow ON concurrency_limit (tenant_id, namespace, flow_id);

CREATE TABLE sla_monitor (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL,
  execution_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.executionId')) STORED,
  sla_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.slaId')) STORED,
  deadline INSTANT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.deadline')) STORED
);
CREATE INDEX sla_monitor__deadline ON sla_monitor (deadline);
CREATE INDEX sla_monitor__execution_id ON sla_monitor (execution_id);

CREATE TABLE executordelayed (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL,
  date INSTANT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.date')) STORED
);
CREATE INDEX executordelayed_date ON executordelayed (date);

CREATE TABLE worker_job_running (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL,
  worker_uuid TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.workerInstance.workerUuid')) STORED
);
CREATE INDEX worker_job_running_worker_uuid ON worker_job_running (worker_uuid);

CREATE TABLE queues (
  "offset" INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  key TEXT NOT NULL,
  value JSON NOT NULL,
  updated INSTANT,
  consumers TEXT,
  consumer_group TEXT
);
CREATE INDEX queues_type__key ON queues (type, key);
CREATE INDEX queues_type__offset ON queues (type, "offset");
CREATE INDEX queues_updated ON queues (updated);

CREATE TABLE flows (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL,
  deleted BOOLEAN NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.deleted')) STORED,
  id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.id')) STORED,
  namespace TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.namespace')) STORED,
  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.revision')) STORED,
  source_code TEXT NOT NULL,
  tenant_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.tenantId')) STORED
);
CREATE INDEX flows_namespace ON flows (deleted, tenant_id, namespace);
CREATE INDEX flows_namespace__id__revision ON flows (deleted, tenant_id, namespace, id, revision);

CREATE TABLE triggers (
  key TEXT NOT NULL PRIMARY KEY,
  value JSON NOT NULL,
  namespace TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.namespace')) STORED,
  flow_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.flowId')) STORED,
  trigger_id TEXT NOT NULL GENERATED ALWAYS AS (json_extract(value, '$.triggerId')) STORED,
  execution_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.executionId')) STORED,
  tenant_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.tenantId')) STORED,
  next_execution_date INSTANT GENERATED ALWAYS AS (json_extract(value, '$.nextExecutionDate')) STORED,
  worker_id TEXT GENERATED ALWAYS AS (json_extract(value, '$.workerId')) STORED
);
CREATE INDEX triggers__tenant ON triggers (tenant_id);
CREATE INDEX triggers_execution_id ON triggers (execution_id);
CREATE INDEX triggers_next_execution_date ON triggers (next_execution_date);
