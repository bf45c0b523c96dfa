-- The practical floor: a purge inside the server, where nothing travels. Keyset batches of keys in the order of the end_date index,
-- skipping what others hold, deletes that join the batch, a commit a batch.
-- `deleted` leads the indexes of logs and metrics: with IN the join would look at every row.
CREATE PROCEDURE floor_purge(until datetime(6), size integer)
BEGIN
  DECLARE branch tinyint DEFAULT 0;
  DECLARE picked integer;
  DECLARE last_end datetime(6);
  SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
  CREATE TEMPORARY TABLE batch (id varchar(250) COLLATE utf8mb4_unicode_ci PRIMARY KEY, ended datetime(6));
  WHILE branch < 2 DO
    SET last_end = '1000-01-01';
    SET picked = 1;
    WHILE picked > 0 DO
      START TRANSACTION;
      INSERT INTO batch SELECT `key`, end_date FROM executions
        WHERE deleted = branch AND tenant_id = 'main' AND end_date >= last_end AND end_date <= until
          AND state_current IN ('SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED', 'RESUBMITTED')
        ORDER BY end_date, `key` LIMIT size FOR UPDATE SKIP LOCKED;
      SET picked = ROW_COUNT();
      IF picked > 0 THEN
        SELECT max(ended) INTO last_end FROM batch;
        DELETE logs FROM batch STRAIGHT_JOIN logs ON logs.deleted = false AND logs.execution_id = batch.id;
        DELETE logs FROM batch STRAIGHT_JOIN logs ON logs.deleted = true AND logs.execution_id = batch.id;
        DELETE metrics FROM batch STRAIGHT_JOIN metrics ON metrics.deleted = false AND metrics.execution_id = batch.id;
        DELETE metrics FROM batch STRAIGHT_JOIN metrics ON metrics.deleted = true AND metrics.execution_id = batch.id;
        DELETE executions FROM batch STRAIGHT_JOIN executions ON executions.`key` = batch.id;
      END IF;
      COMMIT;
      DELETE FROM batch;
    END WHILE;
    SET branch = branch + 1;
  END WHILE;
  DROP TEMPORARY TABLE batch;
END
