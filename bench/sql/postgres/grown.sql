-- Makes a world many times as big out of one that bench/sql/postgres/world.sql made: every row is copied under keys of its own, each copy of the
-- whole is later than the one before. Fields in braces come from bench/engines/small.py.
-- The words of a log (which no index has) are copied as they are: to compute them would take most of the time.

CREATE TABLE seed_executions AS SELECT key, value, start_date, end_date FROM executions ORDER BY end_date;

CREATE TABLE seed_logs AS SELECT key, value, execution_id, timestamp AT TIME ZONE 'UTC' AS moment, fulltext FROM logs;

CREATE TABLE seed_metrics AS SELECT key, value, execution_id, timestamp AT TIME ZONE 'UTC' AS moment FROM metrics;

CREATE TABLE seed_indexes AS
SELECT format('ALTER TABLE %I DROP CONSTRAINT %I', tablename, indexname) AS gone, format('ALTER TABLE %I ADD PRIMARY KEY (key)', tablename) AS again
FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('executions', 'logs', 'metrics') AND indexname LIKE '%pkey'
UNION ALL
SELECT format('DROP INDEX %I', indexname), indexdef
FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('executions', 'logs', 'metrics') AND indexname NOT LIKE '%pkey';

ALTER TABLE logs ALTER COLUMN fulltext DROP EXPRESSION;

CREATE FUNCTION grown_key(key text, copy integer) RETURNS text LANGUAGE sql IMMUTABLE
RETURN left(md5(key || ':' || copy), 22);

CREATE FUNCTION later(moment timestamp, copy integer) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN to_jsonb(to_char(moment + copy * {executions} * interval '30 seconds', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));

DO $$
DECLARE command text;
BEGIN
  TRUNCATE executions, logs, metrics;
  FOR command IN SELECT gone FROM seed_indexes LOOP EXECUTE command; END LOOP;
  FOR copy IN 0 .. {copies} - 1 LOOP
    INSERT INTO executions (key, value)
    SELECT grown_key(key, copy), jsonb_set(jsonb_set(jsonb_set(value, '{{id}}', to_jsonb(grown_key(key, copy))),
      '{{state,startDate}}', later(start_date, copy)), '{{state,endDate}}', later(end_date, copy)) FROM seed_executions;
    INSERT INTO logs (key, value, fulltext)
    SELECT grown_key(key, copy), jsonb_set(jsonb_set(value, '{{executionId}}', to_jsonb(grown_key(execution_id, copy))),
      '{{timestamp}}', later(moment, copy)), fulltext FROM seed_logs;
    INSERT INTO metrics (key, value)
    SELECT grown_key(key, copy), jsonb_set(jsonb_set(value, '{{executionId}}', to_jsonb(grown_key(execution_id, copy))),
      '{{timestamp}}', later(moment, copy)) FROM seed_metrics;
  END LOOP;
  FOR command IN SELECT again FROM seed_indexes LOOP EXECUTE command; END LOOP;
END $$;

DROP TABLE seed_executions, seed_logs, seed_metrics, seed_indexes;

DROP FUNCTION grown_key, later;
