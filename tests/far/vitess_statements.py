"""What vtgate accepts and refuses, as in docs/servers.md: winnow's dialect for it relies on each of these.

Mixed into a TestCase with a `database`, a `url`, `shards` and whether rows are `placed` on the shard of their execution."""

import random

import pymysql

from databases import Mysql


class VitessStatements:
    def routes(self, sql):
        """How vtgate routes each part of a statement: EqualUnique, IN, Scatter."""
        plan = "\n".join(row[0] for row in self.database.rows("VEXPLAIN PLAN " + sql))
        return [line.split('"')[3] for line in plain_lines(plan) if line.startswith('"Variant"')]

    def operators(self, sql):
        plan = "\n".join(row[0] for row in self.database.rows("VEXPLAIN PLAN " + sql))
        return [line.split('"')[3] for line in plain_lines(plan) if line.startswith('"OperatorType"')]

    def refuses(self, sql, *why):
        with self.assertRaises(pymysql.Error, msg=sql) as refused:
            self.database.rows(sql)
        self.assertTrue(any(word in str(refused.exception) for word in why), f"{sql}: {refused.exception}")

    def first_shard(self):
        return sorted(row[0] for row in self.database.rows("SHOW VITESS_SHARDS") if row[0].startswith("kestra/"))[0].split("/")[1]

    def test_lists_and_how_they_are_routed(self):
        if not self.placed:
            self.skipTest("of rows that lie with their execution")
        as_a_table = "SELECT k FROM JSON_TABLE('[\"a\"]', '$[*]' COLUMNS (k varchar(9) PATH '$')) AS keys_of"
        self.refuses(as_a_table, "VT12001", "VT13001")
        self.refuses("SELECT k FROM (VALUES ROW('a'), ROW('b')) AS t(k)", "VT12001", "VT13001", "syntax error")
        one = Mysql(self.url, database=f"kestra:{self.first_shard()}")
        self.addCleanup(one.close)
        self.assertEqual(one.rows(as_a_table), (("a",),))
        keys = "execution_id IN ('a', 'b', 'c')"
        self.assertEqual(self.routes(f"SELECT `key` FROM logs WHERE {keys}"), ["IN"])
        self.assertEqual(self.routes(f"SELECT `key` FROM logs WHERE {keys} FOR UPDATE SKIP LOCKED"), ["IN"])
        self.assertEqual(self.routes(f"DELETE t FROM logs AS t WHERE deleted IN (false, true) AND {keys}"), ["IN"])
        self.assertEqual(self.routes("SELECT `key` FROM logs WHERE (deleted, execution_id) IN ((0, 'a'), (0, 'b'))"), ["MultiEqual"])
        self.database.rows(f"DELETE t FROM logs AS t WHERE deleted IN (false, true) AND {keys}")

    def test_what_it_merges_of_all_shards(self):
        self.bed.fill(random.Random(53), 60)
        executions, logs = self.bed.world.documents["executions"], self.bed.world.documents["logs"]
        self.assertEqual([key for (key,) in self.database.rows("SELECT `key` FROM executions ORDER BY `key` LIMIT 10")],
                         sorted(executions)[:10])
        union = "SELECT `key` FROM executions UNION ALL SELECT `key` FROM logs ORDER BY `key` LIMIT 20"
        self.assertEqual([key for (key,) in self.database.rows(union)], sorted([*executions, *logs])[:20])
        self.assertEqual(self.database.rows("SELECT count(*) FROM executions FOR SHARE"), ((len(executions),),))
        self.refuses("WITH RECURSIVE tree AS (SELECT `key` FROM executions WHERE `key` = 'a' UNION ALL"
                     " SELECT max(e.`key`) FROM executions AS e JOIN tree ON e.`key` = tree.`key`) SELECT * FROM tree", "VT09027")
        if self.placed:
            left = "SELECT l.`key` FROM logs AS l LEFT JOIN executions AS e ON e.`key` = l.execution_id WHERE e.`key` IS NULL"
            none = "SELECT `key` FROM logs AS l WHERE NOT EXISTS (SELECT 1 FROM executions AS e WHERE e.`key` = l.execution_id)"
            for sql in (left, none):
                self.assertEqual(self.operators(sql), ["Route"], sql)

    def test_what_it_tells_of_itself(self):
        rows = self.database.rows
        version, schema = rows("SELECT VERSION(), DATABASE()")[0]
        self.assertRegex(version, r"^8\.4\.\d+-Vitess$")
        self.assertEqual(schema, "kestra")
        names = {name for (name,) in rows("SELECT DISTINCT TABLE_SCHEMA FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()")}
        self.assertEqual(len(names), 1)
        self.assertRegex(names.pop(), "^vt_kestra_")
        self.assertGreater(len(rows("EXPLAIN FORMAT=TRADITIONAL SELECT `key` FROM executions")), 0)
        placed = rows("SELECT id, shard FROM hash WHERE id IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')")
        self.assertEqual(len(placed), 8)
        self.assertGreater(len({shard for _, shard in placed}), 1)

    def test_settings_and_locks_of_a_session(self):
        with Mysql(self.url) as session:
            for name, value in (("time_zone", "'+00:00'"), ("sql_mode", "''"), ("transaction_isolation", "'READ-COMMITTED'"),
                                ("innodb_lock_wait_timeout", "7")):
                session.execute(f"SET SESSION {name} = {value}")
            self.assertEqual(session.rows("SELECT @@time_zone, @@transaction_isolation, @@innodb_lock_wait_timeout"),
                             (("+00:00", "READ-COMMITTED", 7),))
            self.assertEqual(session.rows("SELECT GET_LOCK('winnow-test', 0)"), ((1,),))
            with self.assertRaises(pymysql.Error):
                session.rows("SELECT GET_LOCK('winnow-test', 0), count(*) FROM executions")
            with Mysql(self.url) as other:
                self.assertEqual(other.rows("SELECT GET_LOCK('winnow-test', 0)"), ((0,),))
                self.assertIsNotNone(other.rows("SELECT IS_USED_LOCK('winnow-test')")[0][0])
            self.assertEqual(session.rows("SELECT RELEASE_LOCK('winnow-test')"), ((1,),))
        self.refuses("KILL QUERY 1", "VT07001", "kill", "KILL")

    def test_a_transaction_over_several_shards(self):
        self.bed.fill(random.Random(59), 40)
        with Mysql(self.url) as session:
            session.execute("SET transaction_mode = 'single'")
            session.execute("BEGIN")
            with self.assertRaises(pymysql.Error) as refused:
                for key in self.bed.world.documents["executions"]:
                    session.execute("DELETE FROM executions WHERE `key` = %s", key)
            self.assertIn("multi-db transaction", str(refused.exception))
            session.execute("ROLLBACK")
            session.execute("SET transaction_mode = 'multi'")
            session.execute("BEGIN")
            session.execute("DELETE FROM executions")
            session.execute("COMMIT")
        self.assertEqual(self.database.count(), 0)


def plain_lines(text):
    return [line.strip() for line in text.splitlines()]
