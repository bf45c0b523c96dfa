-- Kestra's tables on MySQL as version 1.3 has them: logs and metrics have lost `deleted`, their indexes are rebuilt without it.
-- Written out in full: on MySQL a rebuilt generated column copies the table, so nothing is gained by going through 1.1.
-- A statement ends with a semicolon at the end of its line.

CREATE TABLE executions (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  deleted tinyint(1) GENERATED ALWAYS AS (value ->> '$.deleted' = 'true') STORED NOT NULL,
  id varchar(100) GENERATED ALWAYS AS (value ->> '$.id') STORED NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  state_current enum(
    'CREATED', 'RUNNING', 'PAUSED', 'RESTARTED', 'KILLING', 'SUCCESS', 'WARNING', 'FAILED', 'KILLED',
    'CANCELLED', 'QUEUED', 'RETRYING', 'RETRIED', 'SKIPPED', 'BREAKPOINT', 'SUBMITTED', 'RESUBMITTED')
    GENERATED ALWAYS AS (value ->> '$.state.current') STORED NOT NULL,
  state_duration bigint GENERATED ALWAYS AS (value ->> '$.state.duration' * 1000) STORED,
  start_date datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.state.startDate', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  end_date datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.state.endDate', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  trigger_execution_id varchar(100) GENERATED ALWAYS AS (value ->> '$.trigger.variables.executionId') STORED,
  kind varchar(32) GENERATED ALWAYS AS (value ->> '$.kind') STORED,
  INDEX ix_namespace (deleted, tenant_id, namespace),
  INDEX ix_flowId (deleted, tenant_id, flow_id),
  INDEX ix_state_current (deleted, tenant_id, state_current),
  INDEX ix_start_date (deleted, tenant_id, start_date),
  INDEX ix_end_date (deleted, tenant_id, end_date),
  INDEX ix_state_duration (deleted, tenant_id, state_duration),
  INDEX ix_trigger_execution_id (deleted, tenant_id, trigger_execution_id),
  FULLTEXT INDEX ix_fulltext (namespace, flow_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE logs (
  `key` varchar(30) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  task_id varchar(150) GENERATED ALWAYS AS (value ->> '$.taskId') STORED,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> '$.executionId') STORED,
  taskrun_id varchar(150) GENERATED ALWAYS AS (value ->> '$.taskRunId') STORED,
  attempt_number int GENERATED ALWAYS AS (nullif(value ->> '$.attemptNumber', 'null')) STORED,
  trigger_id varchar(150) GENERATED ALWAYS AS (value ->> '$.triggerId') STORED,
  message text GENERATED ALWAYS AS (value ->> '$.message') STORED,
  thread varchar(150) GENERATED ALWAYS AS (value ->> '$.thread') STORED,
  level enum('ERROR','WARN','INFO','DEBUG','TRACE') GENERATED ALWAYS AS (value ->> '$.level') STORED NOT NULL,
  timestamp datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.timestamp', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  execution_kind varchar(32) GENERATED ALWAYS AS (value ->> '$.executionKind') STORED,
  INDEX ix_execution_id__task_id (execution_id, task_id),
  INDEX ix_execution_id__taskrun_id (execution_id, taskrun_id),
  INDEX ix_tenant_timestamp (tenant_id, timestamp, level),
  INDEX ix_tenant_namespace_timestamp (tenant_id, namespace, timestamp, level),
  INDEX ix_execution_id (execution_id),
  INDEX ix_timestamp (timestamp),
  FULLTEXT INDEX ix_fulltext (namespace, flow_id, task_id, execution_id, taskrun_id, trigger_id, message, thread)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE metrics (
  `key` varchar(30) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  task_id varchar(150) GENERATED ALWAYS AS (value ->> '$.taskId') STORED,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> '$.executionId') STORED NOT NULL,
  taskrun_id varchar(150) GENERATED ALWAYS AS (value ->> '$.taskRunId') STORED,
  metric_name varchar(150) GENERATED ALWAYS AS (value ->> '$.name') STORED,
  timestamp datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.timestamp', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  metric_value float GENERATED ALWAYS AS (value ->> '$.value') STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  execution_kind varchar(32) GENERATED ALWAYS AS (value ->> '$.executionKind') STORED,
  INDEX ix_metrics_flow_id (tenant_id, namespace, flow_id),
  INDEX ix_metrics_execution_id (execution_id),
  INDEX ix_metrics_timestamp (tenant_id, timestamp)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE executorstate (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- No COLLATE: this table and those below without one have the database's own, unlike `executions`. Who joins them must say which.
CREATE TABLE execution_queued (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  date datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.date', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  INDEX ix_flow_date (tenant_id, namespace, flow_id, date)
) ENGINE = InnoDB;

CREATE TABLE concurrency_limit (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  running int GENERATED ALWAYS AS (value ->> '$.running') STORED NOT NULL,
  INDEX ix_flow (tenant_id, namespace, flow_id)
) ENGINE = InnoDB;

CREATE TABLE sla_monitor (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> '$.executionId') STORED NOT NULL,
  sla_id varchar(150) GENERATED ALWAYS AS (value ->> '$.slaId') STORED NOT NULL,
  deadline datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.deadline', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  INDEX ix_deadline (deadline),
  INDEX ix_execution_id (execution_id)
) ENGINE = InnoDB;

CREATE TABLE executordelayed (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  date datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.date', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  INDEX ix_date (date)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE worker_job_running (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  worker_uuid varchar(36) GENERATED ALWAYS AS (value ->> '$.workerInstance.workerUuid') STORED NOT NULL,
  INDEX ix_worker_uuid (worker_uuid)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE queues (
  `offset` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  type enum(
    'io.kestra.core.models.executions.Execution', 'io.kestra.core.models.templates.Template',
    'io.kestra.core.models.executions.ExecutionKilled', 'io.kestra.core.runners.WorkerJob',
    'io.kestra.core.runners.WorkerTaskResult', 'io.kestra.core.runners.WorkerInstance',
    'io.kestra.core.runners.WorkerTaskRunning', 'io.kestra.core.models.executions.LogEntry',
    'io.kestra.core.models.triggers.Trigger', 'io.kestra.core.models.executions.MetricEntry',
    'io.kestra.core.runners.WorkerTriggerResult', 'io.kestra.core.runners.SubflowExecutionResult',
    'io.kestra.core.server.ClusterEvent', 'io.kestra.core.runners.SubflowExecutionEnd',
    'io.kestra.core.models.flows.FlowInterface', 'io.kestra.core.runners.MultipleConditionEvent') NOT NULL,
  `key` varchar(250) NOT NULL,
  value json NOT NULL,
  consumers set('indexer','executor','worker','scheduler','flow_topology'),
  updated timestamp NULL,
  consumer_group varchar(250),
  INDEX ix_type__consumers (type, consumers, `offset`),
  INDEX ix_type__offset (type, `offset`),
  INDEX ix_updated (updated),
  INDEX ix_type__key (type, `key`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE flows (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  deleted tinyint(1) GENERATED ALWAYS AS (value ->> '$.deleted' = 'true') STORED NOT NULL,
  id varchar(100) GENERATED ALWAYS AS (value ->> '$.id') STORED NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  revision int unsigned GENERATED ALWAYS AS (value ->> '$.revision') STORED NOT NULL,
  source_code text NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  updated varchar(250) GENERATED ALWAYS AS (value ->> '$.updated') STORED,
  INDEX ix_namespace (deleted, tenant_id, namespace),
  INDEX ix_namespace__id__revision (deleted, tenant_id, namespace, id, revision),
  FULLTEXT INDEX ix_fulltext (namespace, id),
  FULLTEXT INDEX ix_source_code (source_code)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE triggers (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  trigger_id varchar(150) GENERATED ALWAYS AS (value ->> '$.triggerId') STORED NOT NULL,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> '$.executionId') STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  worker_id varchar(250) GENERATED ALWAYS AS (value ->> '$.workerId') STORED,
  next_execution_date datetime(6)
    GENERATED ALWAYS AS (str_to_date(left(value ->> '$.nextExecutionDate', 23), '%Y-%m-%dT%H:%i:%s.%f')) STORED,
  disabled tinyint(1) GENERATED ALWAYS AS (coalesce(value ->> '$.disabled' = 'true', false)) STORED NOT NULL,
  INDEX ix_execution_id (execution_id),
  INDEX ix_tenant_id (tenant_id),
  FULLTEXT INDEX ix_fulltext (namespace, flow_id, trigger_id, execution_id),
  INDEX ix_next_execution_date (next_execution_date)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE flow_topologies (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  source_namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.source.namespace') STORED NOT NULL,
  source_id varchar(150) GENERATED ALWAYS AS (value ->> '$.source.id') STORED NOT NULL,
  relation varchar(100) GENERATED ALWAYS AS (value ->> '$.relation') STORED NOT NULL,
  destination_namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.destination.namespace') STORED NOT NULL,
  destination_id varchar(150) GENERATED ALWAYS AS (value ->> '$.destination.id') STORED NOT NULL,
  source_tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.source.tenantId') STORED,
  destination_tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.destination.tenantId') STORED,
  INDEX ix_destination (destination_tenant_id, destination_namespace, destination_id),
  INDEX ix_source (source_tenant_id, source_namespace, source_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE service_instance (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  service_id varchar(36) GENERATED ALWAYS AS (value ->> '$.id') STORED NOT NULL,
  service_type varchar(36) GENERATED ALWAYS AS (value ->> '$.type') STORED NOT NULL,
  state varchar(36) GENERATED ALWAYS AS (value ->> '$.state') STORED NOT NULL,
  created_at datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.createdAt', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  updated_at datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.updatedAt', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  INDEX ix_service_instance_state (state),
  INDEX ix_service_instance_type_created_at_updated_at (service_type, created_at, updated_at),
  UNIQUE INDEX ix_service_id (service_id)
) ENGINE = InnoDB;

CREATE TABLE multipleconditions (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  condition_id varchar(150) GENERATED ALWAYS AS (value ->> '$.conditionId') STORED NOT NULL,
  start_date datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.start', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  end_date datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.end', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE templates (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  deleted tinyint(1) GENERATED ALWAYS AS (value ->> '$.deleted' = 'true') STORED NOT NULL,
  id varchar(100) GENERATED ALWAYS AS (value ->> '$.id') STORED NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  INDEX ix_namespace (deleted, tenant_id, namespace),
  INDEX ix_namespace__id (deleted, tenant_id, namespace, id),
  FULLTEXT INDEX ix_fulltext (namespace, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE settings (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
