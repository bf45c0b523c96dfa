-- Turns a small sample into a world of any size: every execution of the sample is copied with its logs and metrics, each copy
-- under a key of its own; one execution ends every 30 seconds, so that an end date names an exact number of them.
-- No log or metric is marked deleted, as Kestra writes them (of the sample's 2 % are).
-- Fields in braces come from bench/worlds.py. bench/engines/mysql.py drops the indexes before this and builds them after it.

SET cte_max_recursion_depth = 1000000;

CREATE TABLE base_executions AS
SELECT `key`, value, timestampdiff(MICROSECOND, start_date, end_date) AS took, row_number() OVER (ORDER BY `key`) - 1 AS place
FROM executions WHERE {filter};

ALTER TABLE base_executions ADD PRIMARY KEY (`key`);

CREATE TABLE base_logs AS
SELECT l.`key`, l.value, b.`key` AS execution_id, b.place, row_number() OVER (PARTITION BY b.`key` ORDER BY l.`key`) AS number
FROM logs l JOIN base_executions b ON l.execution_id = b.`key`;

CREATE TABLE base_metrics AS
SELECT m.`key`, m.value, b.`key` AS execution_id, b.place, row_number() OVER (PARTITION BY b.`key` ORDER BY m.`key`) AS number
FROM metrics m JOIN base_executions b ON m.execution_id = b.`key`;

UPDATE base_logs SET value = json_set(value, '$.deleted', false);

UPDATE base_metrics SET value = json_set(value, '$.deleted', false);

CREATE TABLE base_copies AS
WITH RECURSIVE copies AS (
  SELECT 0 AS copy UNION ALL SELECT copy + 1 FROM copies WHERE copy < {executions} / (SELECT count(*) FROM base_executions)
)
SELECT copy, copy * (SELECT count(*) FROM base_executions) AS before_it FROM copies;

TRUNCATE executions;

TRUNCATE logs;

TRUNCATE metrics;

INSERT INTO executions (`key`, value)
SELECT left(sha2(concat(`key`, ':', copy), 224), 22),
  json_replace({document}, '$.id', left(sha2(concat(`key`, ':', copy), 224), 22),
    '$.state.endDate', date_format(timestamp'2025-01-01 00:00:00' + INTERVAL (before_it + place) * 30 SECOND, '%Y-%m-%dT%H:%i:%s.%fZ'),
    '$.state.startDate', date_format(timestamp'2025-01-01 00:00:00' + INTERVAL (before_it + place) * 30 SECOND - INTERVAL took MICROSECOND,
                                     '%Y-%m-%dT%H:%i:%s.%fZ'))
FROM base_copies STRAIGHT_JOIN base_executions WHERE before_it + place < {executions};

INSERT INTO logs (`key`, value)
SELECT left(sha2(concat(`key`, ':', copy), 224), 22),
  json_replace(value, '$.executionId', left(sha2(concat(execution_id, ':', copy), 224), 22),
    '$.timestamp', date_format(timestamp'2025-01-01 00:00:00' + INTERVAL (before_it + place) * 30 SECOND, '%Y-%m-%dT%H:%i:%s.%fZ'))
FROM base_copies STRAIGHT_JOIN base_logs WHERE before_it + place < {executions} AND number <= {logs};

INSERT INTO metrics (`key`, value)
SELECT left(sha2(concat(`key`, ':', copy), 224), 22),
  json_replace(value, '$.executionId', left(sha2(concat(execution_id, ':', copy), 224), 22),
    '$.timestamp', date_format(timestamp'2025-01-01 00:00:00' + INTERVAL (before_it + place) * 30 SECOND, '%Y-%m-%dT%H:%i:%s.%fZ'))
FROM base_copies STRAIGHT_JOIN base_metrics WHERE before_it + place < {executions} AND number <= {metrics};

DROP TABLE base_executions, base_logs, base_metrics, base_copies;
