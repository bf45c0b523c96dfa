-- From 1.3 to 2.0: outputs move to tables of their own, the queue is rebuilt, the duration is the whole of it (kestra-io/kestra#16908).

DROP TABLE executorstate;
DROP TABLE templates;

DROP INDEX executions_state_duration;
ALTER TABLE executions DROP COLUMN state_duration;
ALTER TABLE executions
  ADD COLUMN trigger_id varchar(256) GENERATED ALWAYS AS (value #>> '{trigger,id}') STORED,
  ADD COLUMN parent_id varchar(100) GENERATED ALWAYS AS (value ->> 'parentId') STORED,
  ADD COLUMN loop_run_index integer GENERATED ALWAYS AS ((value #>> '{loopRun,index}')::integer) STORED,
  ADD COLUMN loop_run_task_id varchar(256) GENERATED ALWAYS AS (value #>> '{loopRun,taskId}') STORED,
  ADD COLUMN state_duration bigint
    GENERATED ALWAYS AS (round(extract(epoch FROM parse_iso8601_duration(value #>> '{state,duration}')) * 1000)::bigint) STORED;
DROP INDEX executions_flow_id;
DROP INDEX executions_namespace;
CREATE INDEX executions_state_duration ON executions (deleted, tenant_id, state_duration);
CREATE INDEX executions_namespace__flow_id ON executions (deleted, tenant_id, namespace, flow_id);
CREATE INDEX executions_parent_id ON executions (deleted, tenant_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX idx_executions_trigger_id ON executions (trigger_id) WHERE trigger_id IS NOT NULL;

ALTER TABLE logs
  ALTER COLUMN task_id TYPE varchar(256),
  ALTER COLUMN trigger_id TYPE varchar(256);
DROP INDEX logs_execution_id;
DROP INDEX logs_timestamp;
CREATE INDEX logs_tenant_namespace_flow_id_timestamp ON logs (tenant_id, namespace, flow_id, timestamp, level);
CREATE INDEX logs_fulltext ON logs USING gin (fulltext);

ALTER TABLE metrics ALTER COLUMN task_id TYPE varchar(256);

DROP TABLE queues;
DROP TYPE queue_type;
CREATE TABLE queues (
  "offset" serial PRIMARY KEY,
  type varchar(250) NOT NULL,
  routing_key varchar(250),
  key varchar(250) NOT NULL,
  value jsonb NOT NULL,
  created timestamptz NOT NULL
);
CREATE INDEX queues_type__created ON queues (type, created);
CREATE INDEX queues_type__key__offset ON queues (type, routing_key, "offset");

DROP INDEX worker_job_running_worker_uuid;
ALTER TABLE worker_job_running DROP COLUMN worker_uuid;
ALTER TABLE worker_job_running
  ADD COLUMN worker_uid varchar(36) NOT NULL GENERATED ALWAYS AS (value #>> '{workerInstance,uid}') STORED;
CREATE INDEX worker_job_running_worker_uid ON worker_job_running (worker_uid);

ALTER TABLE flows
  ADD COLUMN draft boolean NOT NULL GENERATED ALWAYS AS (coalesce((value ->> 'draft')::boolean, false)) STORED,
  ADD COLUMN disabled boolean NOT NULL GENERATED ALWAYS AS (coalesce((value ->> 'disabled')::boolean, false)) STORED;
CREATE INDEX flows_draft ON flows (deleted, draft, namespace, id, revision);

ALTER TABLE triggers DROP COLUMN next_execution_date;
ALTER TABLE triggers
  ALTER COLUMN trigger_id TYPE varchar(256),
  ADD COLUMN vnode integer GENERATED ALWAYS AS ((value ->> 'vnode')::integer) STORED,
  ADD COLUMN locked boolean GENERATED ALWAYS AS ((value ->> 'locked')::boolean) STORED,
  ADD COLUMN next_evaluation_epoch bigint GENERATED ALWAYS AS ((value ->> 'nextEvaluationEpoch')::bigint) STORED,
  ADD COLUMN next_evaluation_date timestamptz
    GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'nextEvaluationDate')) STORED,
  ADD COLUMN last_triggered_date timestamptz
    GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'lastTriggeredDate')) STORED,
  ADD COLUMN type varchar(250) GENERATED ALWAYS AS (value ->> 'type') STORED;
CREATE INDEX idx_trigger_next_evaluation_date ON triggers (next_evaluation_date);
CREATE INDEX idx_trigger_scheduler ON triggers (vnode, next_evaluation_epoch, locked);

ALTER TABLE service_instance ADD COLUMN fulltext tsvector GENERATED ALWAYS AS (
  fulltext_index(value ->> 'id') || fulltext_index(value ->> 'type') ||
  fulltext_index(coalesce(value #>> '{server,hostname}', '')) || fulltext_index(coalesce(value #>> '{server,version}', ''))) STORED;
CREATE INDEX service_instance_fulltext ON service_instance USING gin (fulltext);

CREATE TABLE task_outputs (
  key varchar(250) PRIMARY KEY,
  task_run_id varchar(150) NOT NULL,
  tenant_id varchar(150) NOT NULL,
  execution_id varchar(150) NOT NULL,
  value bytea,
  uri varchar(250)
);
CREATE INDEX task_outputs_execution_id ON task_outputs (execution_id);

CREATE TABLE execution_outputs (
  key varchar(250) PRIMARY KEY,
  tenant_id varchar(150) NOT NULL,
  value bytea,
  uri varchar(250)
);

CREATE TABLE execution_statistics (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  flow_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'flowId') STORED,
  state varchar(50) NOT NULL GENERATED ALWAYS AS (value ->> 'state') STORED,
  date timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'date')) STORED,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> 'executionId') STORED
);
CREATE INDEX execution_statistics_execution_id__date ON execution_statistics (execution_id, date);
CREATE INDEX execution_statistics_tenant_id__date ON execution_statistics (tenant_id, date);
CREATE INDEX execution_statistics_tenant_id__namespace__flow_id__date ON execution_statistics (tenant_id, namespace, flow_id, date);

CREATE TABLE locks (
  key varchar(700) PRIMARY KEY,
  value jsonb NOT NULL,
  category varchar(250) NOT NULL GENERATED ALWAYS AS (value ->> 'category') STORED,
  id varchar(500) NOT NULL GENERATED ALWAYS AS (value ->> 'id') STORED,
  owner varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'owner') STORED,
  tenant_id varchar(150) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  locked_until timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'lockedUntil')) STORED
);
-- The name is spelt as Kestra spells it.
CREATE INDEX locks__catefory_id ON locks (category, id);
