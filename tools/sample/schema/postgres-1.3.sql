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

ALTER TABLE kv_metadata ADD COLUMN created timestamptz NOT NULL
  GENERATED ALWAYS AS (parse_iso8601_datetime(coalesce(value ->> 'created', value ->> 'updated'))) STORED;

CREATE TABLE namespace_file_metadata (
  key varchar(768) PRIMARY KEY,
  value jsonb NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  namespace varchar(150) NOT NULL GENERATED ALWAYS AS (value ->> 'namespace') STORED,
  path varchar(350) NOT NULL GENERATED ALWAYS AS (value ->> 'path') STORED,
  parent_path varchar(350) GENERATED ALWAYS AS (value ->> 'parentPath') STORED,
  version integer NOT NULL GENERATED ALWAYS AS ((value ->> 'version')::integer) STORED,
  last boolean NOT NULL GENERATED ALWAYS AS ((value ->> 'last')::boolean) STORED,
  size bigint NOT NULL GENERATED ALWAYS AS ((value ->> 'size')::bigint) STORED,
  created timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'created')) STORED,
  updated timestamptz NOT NULL GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'updated')) STORED,
  deleted boolean NOT NULL GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED,
  fulltext tsvector GENERATED ALWAYS AS (fulltext_index(value ->> 'path')) STORED
);
CREATE INDEX ix_last_deleted_tenant_namespace_path_version
  ON namespace_file_metadata (last, deleted, tenant_id, namespace, path, version);
CREATE INDEX ix_last_deleted_tenant_namespace_path ON namespace_file_metadata (last, deleted, tenant_id, namespace, path);
CREATE INDEX ix_last_deleted_tenant_namespace_parent_path
  ON namespace_file_metadata (last, deleted, tenant_id, namespace, parent_path);
CREATE INDEX ix_last_deleted_tenant_path_version ON namespace_file_metadata (last, deleted, tenant_id, path, version);

ALTER TYPE queue_type ADD VALUE 'io.kestra.ee.assets.AssetLineageEvent';
ALTER TYPE queue_type ADD VALUE 'io.kestra.ee.assets.AssetUpsertCommand';
ALTER TYPE queue_type ADD VALUE 'io.kestra.ee.assets.AssetStateEvent';

UPDATE flyway_schema_history SET version = '1.56';
