-- From 1.1 to 1.3: `deleted` leaves logs and metrics, and their indexes are rebuilt without it. Dropping the column drops the
-- indexes that hold it.

ALTER TABLE logs DROP COLUMN deleted;
CREATE INDEX logs_execution_id ON logs (execution_id);
CREATE INDEX logs_execution_id__task_id ON logs (execution_id, task_id);
CREATE INDEX logs_execution_id__taskrun_id ON logs (execution_id, taskrun_id);
CREATE INDEX logs_tenant_timestamp ON logs (tenant_id, timestamp, level);
CREATE INDEX logs_tenant_namespace_timestamp ON logs (tenant_id, namespace, timestamp, level);

ALTER TABLE metrics DROP COLUMN deleted;
CREATE INDEX metrics_execution_id ON metrics (execution_id);
CREATE INDEX metrics_flow_id ON metrics (tenant_id, namespace, flow_id);
CREATE INDEX metrics_timestamp ON metrics (tenant_id, timestamp);

ALTER TABLE executions ALTER COLUMN state_duration DROP NOT NULL;

ALTER TABLE flows ADD COLUMN updated varchar(250) GENERATED ALWAYS AS (value ->> 'updated') STORED;

ALTER TABLE triggers ADD COLUMN disabled boolean NOT NULL
  GENERATED ALWAYS AS (coalesce((value ->> 'disabled')::boolean, false)) STORED;
