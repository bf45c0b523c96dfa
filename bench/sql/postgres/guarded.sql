-- The honest floor: a purge inside the server that keeps what winnow promises, where nothing travels. A batch looks at its executions once
-- more under their locks, passes over those that others hold, and takes everything that belongs to those that went; end dates near the bound
-- are read out of the document, as the column has no zone; at the end it looks for logs and metrics that were written meanwhile.
CREATE OR REPLACE PROCEDURE guarded_purge(until timestamptz, size integer) LANGUAGE plpgsql AS $$
DECLARE
  surely timestamp := until AT TIME ZONE 'UTC' - interval '18 hours';
  possibly timestamp := until AT TIME ZONE 'UTC' + interval '18 hours';
  branch boolean;
  page text[];
  ends timestamp[];
  last_key text;
  last_end timestamp;
  went text[];
  queued text[];
  gone text[] := '{}';
BEGIN
  FOREACH branch IN ARRAY '{false,true}'::boolean[] LOOP
    last_end := '-infinity';
    last_key := '';
    LOOP
      SELECT array_agg(key), array_agg(end_date) INTO page, ends
      FROM (
        SELECT key, end_date FROM executions
        WHERE deleted = branch AND tenant_id = 'main' AND end_date >= last_end AND (end_date > last_end OR key > last_key) AND end_date <= possibly
          AND state_current IN ('SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED', 'RESUBMITTED')
        ORDER BY end_date, key LIMIT size
      ) AS batch;
      EXIT WHEN page IS NULL;
      last_key := page[cardinality(page)];
      last_end := ends[cardinality(ends)];
      WITH deletion AS (
        DELETE FROM executions WHERE ctid = ANY(ARRAY(
          SELECT ctid FROM executions
          WHERE key = ANY(page) AND CASE WHEN deleted = branch AND tenant_id = 'main' AND end_date <= possibly
            AND CASE WHEN end_date < surely THEN true ELSE (value #>> '{state,endDate}')::timestamptz <= until END
            AND state_current IN ('SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED', 'RESUBMITTED')
            THEN 1 ELSE 0 END = 1
          ORDER BY key FOR UPDATE SKIP LOCKED))
        RETURNING key, concat_ws('_', tenant_id, namespace, flow_id, key) AS queued_key
      )
      SELECT array_agg(key), array_agg(queued_key) INTO went, queued FROM deletion;
      IF went IS NOT NULL THEN
        DELETE FROM logs WHERE deleted IN (false, true) AND execution_id = ANY(went);
        DELETE FROM metrics WHERE deleted IN (false, true) AND execution_id = ANY(went);
        DELETE FROM executorstate WHERE key = ANY(went);
        DELETE FROM sla_monitor WHERE execution_id = ANY(went);
        DELETE FROM execution_queued WHERE key = ANY(queued);
        DELETE FROM executordelayed WHERE value #>> '{executionId}' = ANY(went);
        DELETE FROM worker_job_running WHERE value #>> '{taskRun,executionId}' = ANY(went);
        DELETE FROM queues WHERE type IN ('io.kestra.core.models.executions.Execution', 'io.kestra.core.models.executions.ExecutionKilled')
          AND key = ANY(went);
        gone := gone || went;
      END IF;
      COMMIT;
    END LOOP;
  END LOOP;
  -- An execution that came back meanwhile keeps what it has.
  gone := ARRAY(SELECT key FROM unnest(gone) AS listed(key) WHERE NOT EXISTS (SELECT FROM executions AS e WHERE e.key = listed.key));
  DELETE FROM logs WHERE execution_id IN (SELECT unnest(gone));
  DELETE FROM metrics WHERE execution_id IN (SELECT unnest(gone));
  DELETE FROM executorstate WHERE key IN (SELECT unnest(gone));
  DELETE FROM sla_monitor WHERE execution_id IN (SELECT unnest(gone));
  DELETE FROM executordelayed WHERE value #>> '{executionId}' IN (SELECT unnest(gone));
  DELETE FROM worker_job_running WHERE value #>> '{taskRun,executionId}' IN (SELECT unnest(gone));
  DELETE FROM queues WHERE type IN ('io.kestra.core.models.executions.Execution', 'io.kestra.core.models.executions.ExecutionKilled')
    AND key IN (SELECT unnest(gone));
  COMMIT;
END $$
