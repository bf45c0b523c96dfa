-- Kestra's tables on PostgreSQL as version 1.1 has them, from the facts of its catalog, written afresh.
-- The application writes key and value; every other column is computed from the document.
-- A statement ends with a semicolon at the end of its line; between two lines with $$ nothing ends.

CREATE TYPE state_type AS ENUM (
  'CREATED', 'RUNNING', 'PAUSED', 'RESTARTED', 'KILLING', 'SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'QUEUED',
  'RETRYING', 'RETRIED', 'SKIPPED', 'BREAKPOINT', 'SUBMITTED', 'RESUBMITTED');

CREATE TYPE log_level AS ENUM ('ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE');

CREATE TYPE queue_type AS ENUM (
  'io.kestra.core.models.executions.Execution',
  'io.kestra.core.models.flows.FlowInterface',
  'io.kestra.core.models.templates.Template',
  'io.kestra.core.models.executions.ExecutionKilled',
  'io.kestra.core.runners.WorkerJob',
  'io.kestra.core.runners.WorkerTaskResult',
  'io.kestra.core.runners.WorkerInstance',
  'io.kestra.core.runners.WorkerTaskRunning',
  'io.kestra.core.models.executions.LogEntry',
  'io.kestra.core.models.triggers.Trigger',
  'io.kestra.core.models.executions.MetricEntry',
  'io.kestra.core.runners.WorkerTriggerResult',
  'io.kestra.core.runners.SubflowExecutionResult',
  'io.kestra.core.server.ClusterEvent',
  'io.kestra.core.runners.SubflowExecutionEnd',
  'io.kestra.core.runners.ExecutionRunning',
  'io.kestra.core.runners.MultipleConditionEvent');

-- Casts of strings to enums and times depend on the catalog or the session, so PostgreSQL refuses them in a generated
-- column. These functions claim otherwise, as Kestra's do, and have Kestra's names: its queries call them.
CREATE FUNCTION state_fromtext(text) RETURNS state_type LANGUAGE sql IMMUTABLE RETURN $1::state_type;

CREATE FUNCTION loglevel_fromtext(text) RETURNS log_level LANGUAGE sql IMMUTABLE RETURN $1::log_level;

CREATE FUNCTION parse_iso8601_datetime(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE RETURN $1::timestamptz;

CREATE FUNCTION parse_iso8601_timestamp(text) RETURNS integer
LANGUAGE sql IMMUTABLE RETURN extract(epoch FROM $1::timestamptz)::integer;

CREATE FUNCTION parse_iso8601_duration(text) RETURNS interval LANGUAGE sql IMMUTABLE RETURN $1::interval;

-- The words of a string, each once, with the separator between them. Most strings are one word, an id.
CREATE FUNCTION fulltext_replace(words text, separator text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF words ~ '^[a-zA-Z\d]*$' THEN RETURN words; END IF;
  RETURN (SELECT coalesce(string_agg(DISTINCT word, separator), '')
          FROM regexp_split_to_table(words, '[^a-zA-Z\d]') AS word WHERE word <> '');
END
$$;

-- A string is found by its words and as it stands.
CREATE FUNCTION fulltext_index(words text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  RETURN to_tsvector('simple', fulltext_replace(words, ' ')) || to_tsvector('simple', words);
END
$$;

CREATE FUNCTION fulltext_search(text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT RETURN CASE fulltext_replace($1, '')
  WHEN '' THEN to_tsquery('')
  ELSE to_tsquery('simple', fulltext_replace($1, ':* & ') || ':*') END;

CREATE FUNCTION update_updated_datetime() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated = now();
  RETURN NEW;
END
$$;

CREATE TABLE executions (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  deleted boolean NOT NULL GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  flow_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'flowId') STORED,
  state_current state_type NOT NULL GENERATED ALWAYS AS (state_fromtext(value #>> '{state,current}')) STORED,
  -- Only the milliseconds within the minute: 125.512 s gives 5512 (kestra-io/kestra#16908).
  state_duration bigint NOT NULL GENERATED ALWAYS AS (
    extract(milliseconds FROM parse_iso8601_duration(value #>> '{state,duration}'))) STORED,
  -- A trap: the column has no zone, so that an exact instant becomes the local time of whichever session writes.
  start_date timestamp NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value #>> '{state,startDate}')) STORED,
  end_date timestamp GENERATED ALWAYS AS (parse_iso8601_datetime(value #>> '{state,endDate}')) STORED,
  fulltext tsvector GENERATED ALWAYS AS (
    fulltext_index(value ->> 'namespace') || fulltext_index(value ->> 'flowId') || fulltext_index(value ->> 'id')) STORED,
  id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'id') STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  trigger_execution_id varchar(150) GENERATED ALWAYS AS (value #>> '{trigger,variables,executionId}') STORED,
  kind varchar(32) GENERATED ALWAYS AS (value ->> 'kind') STORED
);
CREATE INDEX executions_end_date ON executions (deleted, tenant_id, end_date);
CREATE INDEX executions_flow_id ON executions (deleted, tenant_id, flow_id);
CREATE INDEX executions_fulltext ON executions USING gin (fulltext);
CREATE INDEX executions_labels ON executions USING gin ((value -> 'labels'));
CREATE INDEX executions_namespace ON executions (deleted, tenant_id, namespace);
CREATE INDEX executions_start_date ON executions (deleted, tenant_id, start_date);
CREATE INDEX executions_state_current ON executions (deleted, tenant_id, state_current);
CREATE INDEX executions_state_duration ON executions (deleted, tenant_id, state_duration);
CREATE INDEX executions_trigger_execution_id ON executions (deleted, tenant_id, trigger_execution_id);

-- No index on logs.fulltext: that is how 1.x is.
CREATE TABLE logs (
  key varchar(30) PRIMARY KEY,
  value jsonb NOT NULL,
  deleted boolean NOT NULL GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  flow_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'flowId') STORED,
  task_id varchar(150) GENERATED ALWAYS AS (value ->> 'taskId') STORED,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> 'executionId') STORED,
  taskrun_id varchar(150) GENERATED ALWAYS AS (value ->> 'taskRunId') STORED,
  attempt_number integer GENERATED ALWAYS AS ((value ->> 'attemptNumber')::integer) STORED,
  trigger_id varchar(150) GENERATED ALWAYS AS (value ->> 'triggerId') STORED,
  level log_level NOT NULL GENERATED ALWAYS AS (loglevel_fromtext(value ->> 'level')) STORED,
  timestamp timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'timestamp')) STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  fulltext tsvector GENERATED ALWAYS AS (
    fulltext_index(value ->> 'namespace') || fulltext_index(value ->> 'flowId') ||
    fulltext_index(coalesce(value ->> 'taskId', '')) || fulltext_index(coalesce(value ->> 'executionId', '')) ||
    fulltext_index(coalesce(value ->> 'taskRunId', '')) || fulltext_index(coalesce(value ->> 'triggerId', '')) ||
    fulltext_index(coalesce(value ->> 'message', '')) || fulltext_index(coalesce(value ->> 'thread', ''))) STORED,
  execution_kind varchar(32) GENERATED ALWAYS AS (value ->> 'executionKind') STORED
);
CREATE INDEX logs_execution_id ON logs (deleted, execution_id);
CREATE INDEX logs_execution_id__task_id ON logs (deleted, execution_id, task_id);
CREATE INDEX logs_execution_id__taskrun_id ON logs (deleted, execution_id, taskrun_id);
CREATE INDEX logs_namespace_flow ON logs (deleted, tenant_id, timestamp, level, namespace, flow_id);
CREATE INDEX logs_timestamp ON logs (timestamp);

CREATE TABLE metrics (
  key varchar(30) PRIMARY KEY,
  value jsonb NOT NULL,
  deleted boolean NOT NULL GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  flow_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'flowId') STORED,
  task_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'taskId') STORED,
  execution_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'executionId') STORED,
  taskrun_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'taskRunId') STORED,
  metric_name varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'name') STORED,
  timestamp timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'timestamp')) STORED,
  metric_value double precision NOT NULL GENERATED ALWAYS AS ((value ->> 'value')::double precision) STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  execution_kind varchar(32) GENERATED ALWAYS AS (value ->> 'executionKind') STORED
);
CREATE INDEX metrics_execution_id ON metrics (deleted, execution_id);
CREATE INDEX metrics_flow_id ON metrics (deleted, tenant_id, namespace, flow_id);
CREATE INDEX metrics_timestamp ON metrics (deleted, tenant_id, timestamp);

CREATE TABLE executorstate (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL
);

CREATE TABLE execution_queued (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  flow_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'flowId') STORED,
  date timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'date')) STORED
);
CREATE INDEX execution_queued__flow_date ON execution_queued (tenant_id, namespace, flow_id, date);

CREATE TABLE concurrency_limit (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  flow_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'flowId') STORED,
  running integer NOT NULL GENERATED ALWAYS AS ((value ->> 'running')::integer) STORED
);
CREATE INDEX concurrency_limit__flow ON concurrency_limit (tenant_id, namespace, flow_id);

CREATE TABLE sla_monitor (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  execution_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'executionId') STORED,
  sla_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'slaId') STORED,
  deadline timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'deadline')) STORED
);
CREATE INDEX sla_monitor__deadline ON sla_monitor (deadline);
CREATE INDEX sla_monitor__execution_id ON sla_monitor (execution_id);

CREATE TABLE executordelayed (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  date timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'date')) STORED
);
CREATE INDEX executordelayed_date ON executordelayed (date);

CREATE TABLE worker_job_running (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  worker_uuid varchar(36) NOT NULL GENERATED ALWAYS AS (value #>> '{workerInstance,workerUuid}') STORED
);
CREATE INDEX worker_job_running_worker_uuid ON worker_job_running (worker_uuid);

-- No primary key: that is how 1.x is.
CREATE TABLE queues (
  "offset" serial NOT NULL,
  type queue_type NOT NULL,
  key varchar(250) NOT NULL,
  value jsonb NOT NULL,
  updated timestamptz,
  consumer_indexer boolean DEFAULT false,
  consumer_executor boolean DEFAULT false,
  consumer_worker boolean DEFAULT false,
  consumer_scheduler boolean DEFAULT false,
  consumer_flow_topology boolean DEFAULT false,
  consumer_group varchar(250)
);
CREATE INDEX queues_offset ON queues USING hash ("offset");
CREATE INDEX queues_type__consumer_executor ON queues (type, consumer_executor, "offset") WHERE consumer_executor = false;
CREATE INDEX queues_type__consumer_flow_topology ON queues (type, consumer_flow_topology, "offset") WHERE consumer_flow_topology = false;
CREATE INDEX queues_type__consumer_indexer ON queues (type, consumer_indexer, "offset") WHERE consumer_indexer = false;
CREATE INDEX queues_type__consumer_scheduler ON queues (type, consumer_scheduler, "offset") WHERE consumer_scheduler = false;
CREATE INDEX queues_type__consumer_worker ON queues (type, consumer_worker, "offset") WHERE consumer_worker = false;
CREATE INDEX queues_type__key ON queues (type, key);
CREATE INDEX queues_type__offset ON queues (type, "offset");
CREATE INDEX queues_updated ON queues (updated);
CREATE TRIGGER queues_updated BEFORE UPDATE ON queues FOR EACH ROW EXECUTE FUNCTION update_updated_datetime();

CREATE TABLE flows (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  deleted boolean NOT NULL GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED,
  id varchar(100) NOT NULL GENERATED ALWAYS AS (value ->> 'id') STORED,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  revision integer NOT NULL GENERATED ALWAYS AS ((value ->> 'revision')::integer) STORED,
  fulltext tsvector GENERATED ALWAYS AS (fulltext_index(value ->> 'namespace') || fulltext_index(value ->> 'id')) STORED,
  source_code text NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED
);
CREATE INDEX flows_fulltext ON flows USING gin (fulltext);
CREATE INDEX flows_labels ON flows USING gin ((value -> 'labels'));
CREATE INDEX flows_namespace ON flows (deleted, tenant_id, namespace);
CREATE INDEX flows_namespace__id__revision ON flows (deleted, tenant_id, namespace, id, revision);
CREATE INDEX flows_source_code ON flows USING gin (fulltext_index(source_code));

CREATE TABLE triggers (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  flow_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'flowId') STORED,
  trigger_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'triggerId') STORED,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> 'executionId') STORED,
  fulltext tsvector GENERATED ALWAYS AS (
    fulltext_index(value ->> 'namespace') || fulltext_index(value ->> 'flowId') ||
    fulltext_index(value ->> 'triggerId') || fulltext_index(coalesce(value ->> 'executionId', ''))) STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  next_execution_date timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'nextExecutionDate')) STORED,
  worker_id varchar(250) GENERATED ALWAYS AS (value ->> 'workerId') STORED
);
CREATE INDEX triggers__tenant ON triggers (tenant_id);
CREATE INDEX triggers_execution_id ON triggers (execution_id);
CREATE INDEX triggers_next_execution_date ON triggers (next_execution_date);

CREATE TABLE flow_topologies (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  source_namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value #>> '{source,namespace}') STORED,
  source_id varchar(150) NOT NULL GENERATED ALWAYS AS (value #>> '{source,id}') STORED,
  relation varchar(100) NOT NULL GENERATED ALWAYS AS (value ->> 'relation') STORED,
  destination_namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value #>> '{destination,namespace}') STORED,
  destination_id varchar(150) NOT NULL GENERATED ALWAYS AS (value #>> '{destination,id}') STORED,
  source_tenant_id varchar(250) GENERATED ALWAYS AS (value #>> '{source,tenantId}') STORED,
  destination_tenant_id varchar(250) GENERATED ALWAYS AS (value #>> '{destination,tenantId}') STORED
);
CREATE INDEX flow_topologies_destination ON flow_topologies (destination_tenant_id, destination_namespace, destination_id);
CREATE INDEX flow_topologies_destination__source ON flow_topologies
  (destination_tenant_id, destination_namespace, destination_id, source_tenant_id, source_namespace, source_id);

CREATE TABLE service_instance (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  service_id varchar(36) NOT NULL GENERATED ALWAYS AS (value ->> 'id') STORED,
  service_type varchar(36) NOT NULL GENERATED ALWAYS AS (value ->> 'type') STORED,
  state varchar(36) NOT NULL GENERATED ALWAYS AS (value ->> 'state') STORED,
  created_at timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'createdAt')) STORED,
  updated_at timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'updatedAt')) STORED
);
CREATE UNIQUE INDEX ix_service_id ON service_instance (service_id);
CREATE INDEX ix_service_instance_state ON service_instance (state);
CREATE INDEX ix_service_instance_type_created_at_updated_at ON service_instance (service_type, created_at, updated_at);

CREATE TABLE multipleconditions (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  flow_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'flowId') STORED,
  condition_id varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'conditionId') STORED,
  start_date timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'start')) STORED,
  end_date timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'end')) STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED
);
CREATE INDEX multipleconditions_namespace__flow_id__condition_id ON multipleconditions (tenant_id, namespace, flow_id, condition_id);
CREATE INDEX multipleconditions_start_date__end_date ON multipleconditions (tenant_id, start_date, end_date);

CREATE TABLE templates (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  deleted boolean NOT NULL GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED,
  id varchar(100) NOT NULL GENERATED ALWAYS AS (value ->> 'id') STORED,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  fulltext tsvector GENERATED ALWAYS AS (
    fulltext_index(fulltext_replace(value ->> 'namespace', ' ') || ' ' || fulltext_replace(value ->> 'id', ' '))) STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED
);
CREATE INDEX templates_fulltext ON templates USING gin (fulltext);
CREATE INDEX templates_namespace ON templates (deleted, tenant_id, namespace);
CREATE INDEX templates_namespace__id ON templates (deleted, tenant_id, namespace, id);

CREATE TABLE settings (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL
);

CREATE TABLE dashboards (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  deleted boolean NOT NULL GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED,
  id varchar(100) NOT NULL GENERATED ALWAYS AS (value ->> 'id') STORED,
  title varchar(250) NOT NULL GENERATED ALWAYS AS (value ->> 'title') STORED,
  description text GENERATED ALWAYS AS (value ->> 'description') STORED,
  fulltext tsvector GENERATED ALWAYS AS (fulltext_index(value ->> 'title')) STORED,
  source_code text NOT NULL,
  created timestamptz NOT NULL DEFAULT now(),
  updated timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dashboards_tenant ON dashboards (deleted, tenant_id);
CREATE INDEX dashboards_id ON dashboards (id, deleted, tenant_id);
CREATE INDEX dashboards_fulltext ON dashboards USING gin (fulltext);
CREATE TRIGGER dashboard_updated BEFORE UPDATE ON dashboards FOR EACH ROW EXECUTE FUNCTION update_updated_datetime();

CREATE TABLE kv_metadata (
  key varchar(768) PRIMARY KEY,
  value jsonb NOT NULL,
  tenant_id varchar(250) NOT NULL GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  name varchar(350) NOT NULL GENERATED ALWAYS AS (value ->> 'name') STORED,
  description text GENERATED ALWAYS AS (value ->> 'description') STORED,
  version integer NOT NULL GENERATED ALWAYS AS ((value ->> 'version')::integer) STORED,
  last boolean NOT NULL GENERATED ALWAYS AS ((value ->> 'last')::boolean) STORED,
  expiration_date timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'expirationDate')) STORED,
  updated timestamptz NOT NULL DEFAULT now(),
  deleted boolean NOT NULL GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED,
  fulltext tsvector GENERATED ALWAYS AS (fulltext_index(value ->> 'name')) STORED
);
CREATE INDEX ix_last_deleted_tenant_namespace_name_version ON kv_metadata (last, deleted, tenant_id, namespace, name, version);
CREATE INDEX ix_last_deleted_tenant_namespace_name ON kv_metadata (last, deleted, tenant_id, namespace, name);
CREATE INDEX ix_last_deleted_tenant_namespace_version ON kv_metadata (last, deleted, tenant_id, namespace, version);
CREATE INDEX ix_last_deleted_tenant_name_version ON kv_metadata (last, deleted, tenant_id, name, version);
CREATE TRIGGER kv_metadata_updated BEFORE UPDATE ON kv_metadata FOR EACH ROW EXECUTE FUNCTION update_updated_datetime();

-- Flyway's own table: the migrations up to this version count as made, so that a Kestra started here goes on from it.
CREATE TABLE flyway_schema_history (
  installed_rank integer PRIMARY KEY,
  version varchar(50),
  description varchar(200) NOT NULL,
  type varchar(20) NOT NULL,
  script varchar(1000) NOT NULL,
  checksum integer,
  installed_by varchar(100) NOT NULL,
  installed_on timestamp NOT NULL DEFAULT now(),
  execution_time integer NOT NULL,
  success boolean NOT NULL
);
CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success)
VALUES (1, '1.47', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', 'winnow-sample', 0, true);
