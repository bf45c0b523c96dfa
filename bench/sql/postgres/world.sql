-- Turns a small sample into a world of any size: every execution of the sample is copied with its logs and metrics, each copy
-- under a key of its own; one execution ends every 30 seconds, so that an end date names an exact number of them.
-- No log or metric is marked deleted, as Kestra writes them (of the sample's 2 % are).
-- Fields in braces come from bench/worlds.py. Indexes are built after the rows, which takes a tenth of the time.

CREATE TABLE base_executions AS
SELECT key, value, end_date - start_date AS took, row_number() OVER (ORDER BY key) - 1 AS place
FROM executions WHERE {filter};

CREATE TABLE base_logs AS
SELECT l.key, l.value, b.key AS execution_id, b.place, row_number() OVER (PARTITION BY b.key ORDER BY l.key) AS number
FROM logs l JOIN base_executions b ON l.execution_id = b.key;

CREATE TABLE base_metrics AS
SELECT m.key, m.value, b.key AS execution_id, b.place, row_number() OVER (PARTITION BY b.key ORDER BY m.key) AS number
FROM metrics m JOIN base_executions b ON m.execution_id = b.key;

UPDATE base_logs SET value = jsonb_set(value, '{{deleted}}', 'false');

UPDATE base_metrics SET value = jsonb_set(value, '{{deleted}}', 'false');

CREATE TABLE base_indexes AS
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename IN ('executions', 'logs', 'metrics') AND indexname NOT LIKE '%pkey';

DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'base%' LOOP
    EXECUTE format('TRUNCATE %I', name);
  END LOOP;
  FOR name IN SELECT indexname FROM base_indexes LOOP
    EXECUTE format('DROP INDEX %I', name);
  END LOOP;
END $$;

CREATE FUNCTION copied_key(key text, copy bigint) RETURNS text LANGUAGE sql IMMUTABLE
RETURN left(md5(key || ':' || copy), 22);

CREATE FUNCTION ended(place bigint) RETURNS timestamp LANGUAGE sql IMMUTABLE
RETURN timestamp '2025-01-01' + place * interval '30 seconds';

CREATE FUNCTION utc(moment timestamp) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN to_jsonb(to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));

CREATE TABLE base_copies AS
SELECT copy, copy * size AS before FROM (SELECT count(*) AS size FROM base_executions) s, generate_series(0, {executions} / size) copy;

INSERT INTO executions (key, value)
SELECT copied_key(key, copy),
  jsonb_set(jsonb_set(jsonb_set({document}, '{{id}}', to_jsonb(copied_key(key, copy))),
    '{{state,endDate}}', utc(ended(before + place))),
    '{{state,startDate}}', utc(ended(before + place) - took))
FROM base_copies CROSS JOIN base_executions WHERE before + place < {executions} ORDER BY copy, place;

INSERT INTO logs (key, value)
SELECT copied_key(key, copy),
  jsonb_set(jsonb_set(value, '{{executionId}}', to_jsonb(copied_key(execution_id, copy))),
    '{{timestamp}}', utc(ended(before + place)))
FROM base_copies CROSS JOIN base_logs WHERE before + place < {executions} AND number <= {logs} ORDER BY copy, place;

INSERT INTO metrics (key, value)
SELECT copied_key(key, copy),
  jsonb_set(jsonb_set(value, '{{executionId}}', to_jsonb(copied_key(execution_id, copy))),
    '{{timestamp}}', utc(ended(before + place)))
FROM base_copies CROSS JOIN base_metrics WHERE before + place < {executions} AND number <= {metrics} ORDER BY copy, place;

DO $$
DECLARE definition text;
BEGIN
  FOR definition IN SELECT indexdef FROM base_indexes LOOP EXECUTE definition; END LOOP;
END $$;

DROP TABLE base_executions, base_logs, base_metrics, base_indexes, base_copies;

DROP FUNCTION copied_key, ended, utc;
