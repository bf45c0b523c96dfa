-- Kestra's tables on MySQL in versions 1.1, 1.3 and 2.0, from the facts of its migrations, written afresh. The application writes
-- key and value; every other column is computed from the document. Dates are the document's UTC string.
-- A statement ends with a semicolon at the end of its line. `-- [1.1 1.3]` at the end of a line says that the line belongs to
-- these versions alone, and on a line of its own that the statement below does. Not as steps, for each would copy its table
-- (3 to 7 s for a database of a test, where this takes 1).

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
  state_duration bigint GENERATED ALWAYS AS (value ->> '$.state.duration' * 1000) STORED NOT NULL,  -- [1.1]
  state_duration bigint GENERATED ALWAYS AS (value ->> '$.state.duration' * 1000) STORED,  -- [1.3 2.0]
  start_date datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.state.startDate', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  end_date datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.state.endDate', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  trigger_execution_id varchar(100) GENERATED ALWAYS AS (value ->> '$.trigger.variables.executionId') STORED,  -- [1.1 1.3]
  trigger_execution_id varchar(150) GENERATED ALWAYS AS (value ->> '$.trigger.variables.executionId') STORED,  -- [2.0]
  kind varchar(32) GENERATED ALWAYS AS (value ->> '$.kind') STORED,
  INDEX ix_namespace (deleted, tenant_id, namespace),  -- [1.1 1.3]
  INDEX ix_flowId (deleted, tenant_id, flow_id),  -- [1.1 1.3]
  trigger_id varchar(256) GENERATED ALWAYS AS (value ->> '$.trigger.id') STORED,  -- [2.0]
  parent_id varchar(100) GENERATED ALWAYS AS (value ->> '$.parentId') STORED,  -- [2.0]
  loop_run_index int GENERATED ALWAYS AS (value ->> '$.loopRun.index') STORED,  -- [2.0]
  loop_run_task_id varchar(256) GENERATED ALWAYS AS (value ->> '$.loopRun.taskId') STORED,  -- [2.0]
  INDEX ix_namespace__flow_id (deleted, tenant_id, namespace, flow_id),  -- [2.0]
  INDEX ix_state_current (deleted, tenant_id, state_current),
  INDEX ix_start_date (deleted, tenant_id, start_date),
  INDEX ix_end_date (deleted, tenant_id, end_date),
  INDEX ix_state_duration (deleted, tenant_id, state_duration),
  INDEX ix_trigger_execution_id (deleted, tenant_id, trigger_execution_id),
  INDEX idx_executions_trigger_id (trigger_id),  -- [2.0]
  INDEX executions_parent_id (deleted, tenant_id, parent_id),  -- [2.0]
  FULLTEXT INDEX ix_fulltext (namespace, flow_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE logs (
  `key` varchar(30) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  deleted tinyint(1) GENERATED ALWAYS AS (value ->> '$.deleted' = 'true') STORED NOT NULL,  -- [1.1]
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  task_id varchar(150) GENERATED ALWAYS AS (value ->> '$.taskId') STORED,  -- [1.1 1.3]
  task_id varchar(256) GENERATED ALWAYS AS (value ->> '$.taskId') STORED,  -- [2.0]
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> '$.executionId') STORED,
  taskrun_id varchar(150) GENERATED ALWAYS AS (value ->> '$.taskRunId') STORED,
  attempt_number int GENERATED ALWAYS AS (nullif(value ->> '$.attemptNumber', 'null')) STORED,
  trigger_id varchar(150) GENERATED ALWAYS AS (value ->> '$.triggerId') STORED,  -- [1.1 1.3]
  trigger_id varchar(256) GENERATED ALWAYS AS (value ->> '$.triggerId') STORED,  -- [2.0]
  message text GENERATED ALWAYS AS (value ->> '$.message') STORED,
  thread varchar(150) GENERATED ALWAYS AS (value ->> '$.thread') STORED,
  level enum('ERROR','WARN','INFO','DEBUG','TRACE') GENERATED ALWAYS AS (value ->> '$.level') STORED NOT NULL,
  timestamp datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.timestamp', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  execution_kind varchar(32) GENERATED ALWAYS AS (value ->> '$.executionKind') STORED,
  INDEX ix_execution_id (deleted, execution_id),  -- [1.1]
  INDEX ix_execution_id__task_id (deleted, execution_id, task_id),  -- [1.1]
  INDEX ix_execution_id__taskrun_id (deleted, execution_id, taskrun_id),  -- [1.1]
  INDEX ix_namespace_flow (deleted, tenant_id, timestamp, level, namespace, flow_id),  -- [1.1]
  INDEX ix_execution_id__task_id (execution_id, task_id),  -- [1.3 2.0]
  INDEX ix_execution_id__taskrun_id (execution_id, taskrun_id),  -- [1.3 2.0]
  INDEX ix_tenant_timestamp (tenant_id, timestamp, level),  -- [1.3 2.0]
  INDEX ix_tenant_namespace_timestamp (tenant_id, namespace, timestamp, level),  -- [1.3 2.0]
  INDEX ix_execution_id (execution_id),  -- [1.3]
  INDEX ix_timestamp (timestamp),  -- [1.1 1.3]
  INDEX ix_tenant_namespace_flow_id_timestamp (tenant_id, namespace, flow_id, timestamp, level),  -- [2.0]
  FULLTEXT INDEX ix_fulltext (namespace, flow_id, task_id, execution_id, taskrun_id, trigger_id, message, thread)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE metrics (
  `key` varchar(30) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  deleted tinyint(1) GENERATED ALWAYS AS (value ->> '$.deleted' = 'true') STORED NOT NULL,  -- [1.1]
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  task_id varchar(150) GENERATED ALWAYS AS (value ->> '$.taskId') STORED,  -- [1.1 1.3]
  task_id varchar(256) GENERATED ALWAYS AS (value ->> '$.taskId') STORED,  -- [2.0]
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> '$.executionId') STORED NOT NULL,
  taskrun_id varchar(150) GENERATED ALWAYS AS (value ->> '$.taskRunId') STORED,
  metric_name varchar(150) GENERATED ALWAYS AS (value ->> '$.name') STORED,
  timestamp datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.timestamp', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  metric_value float GENERATED ALWAYS AS (value ->> '$.value') STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  INDEX metrics_flow_id (deleted, tenant_id, namespace, flow_id),  -- [1.1]
  INDEX ix_metrics_execution_id (deleted, execution_id),  -- [1.1]
  INDEX metrics_timestamp (deleted, tenant_id, timestamp),  -- [1.1]
  INDEX ix_metrics_flow_id (tenant_id, namespace, flow_id),  -- [1.3 2.0]
  INDEX ix_metrics_execution_id (execution_id),  -- [1.3 2.0]
  INDEX ix_metrics_timestamp (tenant_id, timestamp),  -- [1.3 2.0]
  execution_kind varchar(32) GENERATED ALWAYS AS (value ->> '$.executionKind') STORED
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- [1.1 1.3]
CREATE TABLE executorstate (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- This table and those below without a COLLATE have the database's own, unlike `executions`. Who joins them must say which.
-- A date without a Z ends with an offset, of whose six characters Kestra's migrations read five.
CREATE TABLE execution_queued (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  date datetime(6) GENERATED ALWAYS AS (
    if(value ->> '$.date' LIKE '%Z',
       str_to_date(value ->> '$.date', '%Y-%m-%dT%H:%i:%s.%fZ'),
       convert_tz(str_to_date(left(value ->> '$.date', length(value ->> '$.date') - 6), '%Y-%m-%dT%H:%i:%s.%f'),
                  left(right(value ->> '$.date', 6), 5), 'UTC'))) STORED NOT NULL,
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
  date datetime(6) GENERATED ALWAYS AS (
    if(value ->> '$.date' LIKE '%Z',
       str_to_date(value ->> '$.date', '%Y-%m-%dT%H:%i:%s.%fZ'),
       convert_tz(str_to_date(left(value ->> '$.date', length(value ->> '$.date') - 6), '%Y-%m-%dT%H:%i:%s.%f'),
                  left(right(value ->> '$.date', 6), 5), 'UTC'))) STORED NOT NULL,
  INDEX ix_date (date)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE worker_job_running (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  worker_uuid varchar(36) GENERATED ALWAYS AS (value ->> '$.workerInstance.workerUuid') STORED NOT NULL,  -- [1.1 1.3]
  worker_uid varchar(36) GENERATED ALWAYS AS (value ->> '$.workerInstance.uid') STORED NOT NULL,  -- [2.0]
  INDEX ix_worker_uuid (worker_uuid),  -- [1.1 1.3]
  INDEX worker_job_running_worker_uid (worker_uid),  -- [2.0]
  value json NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- [1.1 1.3]
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
    'io.kestra.ee.assets.AssetLineageEvent', 'io.kestra.ee.assets.AssetUpsertCommand',  -- [1.3]
    'io.kestra.ee.assets.AssetStateEvent',  -- [1.3]
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

-- [2.0]
CREATE TABLE queues (
  `offset` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  type varchar(250),
  routing_key varchar(250),
  `key` varchar(250) NOT NULL,
  value json NOT NULL,
  created timestamp NOT NULL,
  INDEX ix_type__routing_key__offset (type, routing_key, `offset`),
  INDEX ix_type__created (type, created)
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
  updated varchar(250) GENERATED ALWAYS AS (value ->> '$.updated') STORED,  -- [1.3 2.0]
  draft tinyint(1) GENERATED ALWAYS AS (coalesce(value ->> '$.draft' = 'true', false)) STORED NOT NULL,  -- [2.0]
  disabled tinyint(1) GENERATED ALWAYS AS (coalesce(value ->> '$.disabled' = 'true', false)) STORED NOT NULL,  -- [2.0]
  INDEX ix_namespace (deleted, tenant_id, namespace),
  INDEX ix_namespace__id__revision (deleted, tenant_id, namespace, id, revision),
  FULLTEXT INDEX ix_fulltext (namespace, id),
  INDEX ix_flows_draft (deleted, draft, namespace, id, revision),  -- [2.0]
  FULLTEXT INDEX ix_source_code (source_code)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE triggers (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  trigger_id varchar(150) GENERATED ALWAYS AS (value ->> '$.triggerId') STORED NOT NULL,  -- [1.1 1.3]
  trigger_id varchar(256) GENERATED ALWAYS AS (value ->> '$.triggerId') STORED NOT NULL,  -- [2.0]
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> '$.executionId') STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  worker_id varchar(250) GENERATED ALWAYS AS (value ->> '$.workerId') STORED,
  next_execution_date datetime(6) GENERATED ALWAYS AS (  -- [1.1 1.3]
    if(value ->> '$.nextExecutionDate' LIKE '%Z',  -- [1.1 1.3]
       str_to_date(value ->> '$.nextExecutionDate', '%Y-%m-%dT%H:%i:%s.%fZ'),  -- [1.1 1.3]
       convert_tz(str_to_date(left(value ->> '$.nextExecutionDate', length(value ->> '$.nextExecutionDate') - 6), '%Y-%m-%dT%H:%i:%s.%f'),  -- [1.1 1.3]
                  left(right(value ->> '$.nextExecutionDate', 6), 5), 'UTC'))) STORED,  -- [1.1 1.3]
  disabled tinyint(1) GENERATED ALWAYS AS (coalesce(value ->> '$.disabled' = 'true', false)) STORED NOT NULL,  -- [1.3 2.0]
  vnode int GENERATED ALWAYS AS (value ->> '$.vnode') STORED,  -- [2.0]
  locked tinyint(1) GENERATED ALWAYS AS (value ->> '$.locked' = 'true') STORED,  -- [2.0]
  next_evaluation_epoch bigint GENERATED ALWAYS AS (value ->> '$.nextEvaluationEpoch') STORED,  -- [2.0]
  next_evaluation_date datetime(6)  -- [2.0]
    GENERATED ALWAYS AS (str_to_date(value ->> '$.nextEvaluationDate', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED,  -- [2.0]
  last_triggered_date datetime(6)  -- [2.0]
    GENERATED ALWAYS AS (str_to_date(value ->> '$.lastTriggeredDate', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED,  -- [2.0]
  type varchar(250) GENERATED ALWAYS AS (value ->> '$.type') STORED,  -- [2.0]
  INDEX ix_execution_id (execution_id),
  INDEX ix_tenant_id (tenant_id),
  INDEX ix_next_execution_date (next_execution_date),  -- [1.1 1.3]
  INDEX idx_trigger_scheduler (vnode, next_evaluation_epoch, locked),  -- [2.0]
  INDEX idx_trigger_next_evaluation_date (next_evaluation_date),  -- [2.0]
  FULLTEXT INDEX ix_fulltext (namespace, flow_id, trigger_id, execution_id)
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
  server_hostname varchar(256) GENERATED ALWAYS AS (value ->> '$.server.hostname') STORED,  -- [2.0]
  server_version varchar(100) GENERATED ALWAYS AS (value ->> '$.server.version') STORED,  -- [2.0]
  INDEX ix_service_instance_state (state),
  INDEX ix_service_instance_type_created_at_updated_at (service_type, created_at, updated_at),
  FULLTEXT INDEX ix_fulltext (service_id, service_type, server_hostname, server_version),  -- [2.0]
  UNIQUE INDEX ix_service_id (service_id)
) ENGINE = InnoDB;

CREATE TABLE multipleconditions (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  condition_id varchar(150) GENERATED ALWAYS AS (value ->> '$.conditionId') STORED NOT NULL,
  start_date datetime(6) GENERATED ALWAYS AS (
    if(value ->> '$.start' LIKE '%Z',
       str_to_date(value ->> '$.start', '%Y-%m-%dT%H:%i:%s.%fZ'),
       convert_tz(str_to_date(left(value ->> '$.start', length(value ->> '$.start') - 6), '%Y-%m-%dT%H:%i:%s.%f'),
                  left(right(value ->> '$.start', 6), 5), 'UTC'))) STORED NOT NULL,
  end_date datetime(6) GENERATED ALWAYS AS (
    if(value ->> '$.end' LIKE '%Z',
       str_to_date(value ->> '$.end', '%Y-%m-%dT%H:%i:%s.%fZ'),
       convert_tz(str_to_date(left(value ->> '$.end', length(value ->> '$.end') - 6), '%Y-%m-%dT%H:%i:%s.%f'),
                  left(right(value ->> '$.end', 6), 5), 'UTC'))) STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- [1.1 1.3]
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

-- [2.0]
CREATE TABLE task_outputs (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  task_run_id varchar(150) NOT NULL,
  tenant_id varchar(150) NOT NULL,
  execution_id varchar(150) NOT NULL,
  value longblob,
  uri varchar(250),
  INDEX task_outputs_execution_id (execution_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- [2.0]
CREATE TABLE execution_outputs (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  tenant_id varchar(150) NOT NULL,
  value longblob,
  uri varchar(250)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- [2.0]
CREATE TABLE `locks` (
  `key` varchar(700) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  category varchar(250) GENERATED ALWAYS AS (value ->> '$.category') STORED NOT NULL,
  id varchar(500) GENERATED ALWAYS AS (value ->> '$.id') STORED NOT NULL,
  owner varchar(150) GENERATED ALWAYS AS (value ->> '$.owner') STORED NOT NULL,
  tenant_id varchar(150) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  locked_until datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.lockedUntil', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED,
  INDEX ix_category_id (category, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- [2.0]
CREATE TABLE execution_statistics (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> '$.flowId') STORED NOT NULL,
  state varchar(50) GENERATED ALWAYS AS (value ->> '$.state') STORED NOT NULL,
  date datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.date', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> '$.executionId') STORED,
  INDEX ix_execution_statistics_tenant_id__date (tenant_id, date),
  INDEX ix_execution_statistics_tenant_id__namespace__flow_id__date (tenant_id, namespace, flow_id, date),
  INDEX ix_execution_statistics_execution_id__date (execution_id, date)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE dashboards (
  `key` varchar(250) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED,
  deleted tinyint(1) GENERATED ALWAYS AS (value ->> '$.deleted' = 'true') STORED NOT NULL,
  id varchar(100) GENERATED ALWAYS AS (value ->> '$.id') STORED NOT NULL,
  title varchar(250) GENERATED ALWAYS AS (value ->> '$.title') STORED NOT NULL,
  description text GENERATED ALWAYS AS (value ->> '$.description') STORED,
  source_code text NOT NULL,
  created timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  INDEX ix_tenant (deleted, tenant_id),
  INDEX ix_id (id, deleted, tenant_id),
  FULLTEXT INDEX ix_fulltext (title)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE kv_metadata (
  `key` varchar(768) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  name varchar(350) GENERATED ALWAYS AS (value ->> '$.name') STORED NOT NULL,
  description text GENERATED ALWAYS AS (value ->> '$.description') STORED,
  version int unsigned GENERATED ALWAYS AS (value ->> '$.version') STORED NOT NULL,
  last tinyint(1) GENERATED ALWAYS AS (value ->> '$.last' = 'true') STORED NOT NULL,
  expiration_date datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.expirationDate', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED,
  created datetime(6) GENERATED ALWAYS AS (  -- [1.3 2.0]
    str_to_date(coalesce(value ->> '$.created', value ->> '$.updated'), '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,  -- [1.3 2.0]
  updated timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  deleted tinyint(1) GENERATED ALWAYS AS (value ->> '$.deleted' = 'true') STORED NOT NULL,
  FULLTEXT INDEX ix_fulltext (name),
  INDEX ix_last_deleted_tenant_namespace_name_version (last, deleted, tenant_id, namespace, name, version),
  INDEX ix_last_deleted_tenant_namespace_name (last, deleted, tenant_id, namespace, name),
  INDEX ix_last_deleted_tenant_namespace_version (last, deleted, tenant_id, namespace, version),
  INDEX ix_last_deleted_tenant_name_version (last, deleted, tenant_id, name, version)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- [1.3 2.0]
CREATE TABLE namespace_file_metadata (
  `key` varchar(768) NOT NULL PRIMARY KEY,
  value json NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> '$.tenantId') STORED NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> '$.namespace') STORED NOT NULL,
  path varchar(350) GENERATED ALWAYS AS (value ->> '$.path') STORED NOT NULL,
  parent_path varchar(350) GENERATED ALWAYS AS (value ->> '$.parentPath') STORED,
  version int unsigned GENERATED ALWAYS AS (value ->> '$.version') STORED NOT NULL,
  last tinyint(1) GENERATED ALWAYS AS (value ->> '$.last' = 'true') STORED NOT NULL,
  size bigint unsigned GENERATED ALWAYS AS (value ->> '$.size') STORED NOT NULL,
  created datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.created', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  updated datetime(6) GENERATED ALWAYS AS (str_to_date(value ->> '$.updated', '%Y-%m-%dT%H:%i:%s.%fZ')) STORED NOT NULL,
  deleted tinyint(1) GENERATED ALWAYS AS (value ->> '$.deleted' = 'true') STORED NOT NULL,
  FULLTEXT INDEX ix_fulltext (path),
  INDEX ix_last_deleted_tenant_namespace_path_version (last, deleted, tenant_id, namespace, path, version),
  INDEX ix_last_deleted_tenant_namespace_path (last, deleted, tenant_id, namespace, path),
  INDEX ix_last_deleted_tenant_namespace_parent_path (last, deleted, tenant_id, namespace, parent_path),
  INDEX ix_last_deleted_tenant_namespace_version (last, deleted, tenant_id, namespace, version),
  INDEX ix_last_deleted_tenant_path_version (last, deleted, tenant_id, path, version)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Flyway's own table: the migrations up to this version count as made, so that a Kestra started here goes on from it.
-- [1.1 1.3]
CREATE TABLE flyway_schema_history (
  installed_rank int NOT NULL PRIMARY KEY,
  version varchar(50),
  description varchar(200) NOT NULL,
  type varchar(20) NOT NULL,
  script varchar(1000) NOT NULL,
  checksum int,
  installed_by varchar(100) NOT NULL,
  installed_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  execution_time int NOT NULL,
  success tinyint(1) NOT NULL,
  INDEX flyway_schema_history_s_idx (success)
) ENGINE = InnoDB;

-- [1.1 1.3]
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success)
VALUES
  (1, '1.48',  -- [1.1]
  (1, '1.56',  -- [1.3]
   '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', 'winnow-sample', 0, true);
