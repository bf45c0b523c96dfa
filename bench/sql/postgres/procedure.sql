-- The practical floor: a purge inside the server, where nothing travels. Keyset batches of keys in the order of the end_date index,
-- skipping what others hold, three set-based deletes, a commit a batch.
CREATE OR REPLACE PROCEDURE floor_purge(until timestamp, size integer) LANGUAGE plpgsql AS $$
DECLARE
  branch boolean;
  last_end timestamp;
  keys text[];
BEGIN
  FOREACH branch IN ARRAY '{false,true}'::boolean[] LOOP
    last_end := '-infinity';
    LOOP
      SELECT array_agg(key), max(end_date) INTO keys, last_end
      FROM (
        SELECT key, end_date FROM executions
        WHERE deleted = branch AND tenant_id = 'main' AND end_date >= last_end AND end_date <= until
          AND state_current IN ('SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED', 'RESUBMITTED')
        ORDER BY end_date, key LIMIT size FOR UPDATE SKIP LOCKED
      ) AS batch;
      EXIT WHEN keys IS NULL;
      DELETE FROM logs WHERE deleted IN (false, true) AND execution_id = ANY(keys);
      DELETE FROM metrics WHERE deleted IN (false, true) AND execution_id = ANY(keys);
      DELETE FROM executions WHERE key = ANY(keys);
      COMMIT;
    END LOOP;
  END LOOP;
END $$
