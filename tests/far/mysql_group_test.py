#!/usr/bin/python3
"""MySQL group replication: all tasks at its primary, directly and through routers, and the group's own refusals."""

import random
import threading
import unittest

import pymysql

from bed import Cases, Folder, Winnow, finished, script, until
from databases import credentials_of
from failover import HOSTS, FailOver, address_of
from haproxy import Haproxy
from mysql_group import MysqlGroup
from tour import Tour
from world import Bed


class Group(MysqlGroup):
    def fetch(self):
        script("mysql_router", "fetch")


class InAGroup(Tour, FailOver, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Group()
        cls.addClassCleanup(cls.cluster.stop)

    def setUp(self):
        self.folder = Folder("far-group")
        self.addCleanup(self.folder.remove)
        self.storage = self.folder.path / "storage"

    def bed(self):
        return Bed(self.enterContext(self.cluster.database()), self.storage)

    def winnow(self, address, port, more=""):
        password = credentials_of(self.cluster.url)[1]
        return Winnow(self.folder.path, f"mysql://purger:{password}@{address}:{port}/kestra", self.storage, more)

    def set_everywhere(self, name, value):
        for host in HOSTS:
            with self.cluster.database("", host) as mysql:
                mysql.execute(f"SET GLOBAL {name} = {value}")

    def assert_done(self, bed, before, result):
        now = bed.look()
        self.assertEqual(result.status, 0, result)
        self.assertEqual(bed.broken_now(now) + bed.left_over(now) + bed.miscounted(before, now, result.counters), [], result)

    def servers(self):
        return [f"{address_of(host)}:3306" for host in [self.cluster.primary, *(host for host in HOSTS if host != self.cluster.primary)]]

    def test_all_tasks_at_the_primary(self):
        self.tour(self.winnow(address_of(self.cluster.primary), 3306), self.bed())

    def test_all_tasks_through_mysql_router(self):
        script("mysql_router", "start", self.folder.path / "router", 6446, "first-available", *self.servers())
        self.addCleanup(script, "mysql_router", "stop", self.folder.path / "router")
        self.tour(self.winnow("127.0.0.1", 6446), self.bed())

    def test_all_tasks_through_haproxy(self):
        Haproxy(self, self.folder.path, 3307, *self.servers())
        self.tour(self.winnow("127.0.0.1", 3307), self.bed())

    def test_a_secondary_is_refused_by_name_before_anything_goes(self):
        bed = self.bed()
        bed.fill(random.Random(3), 100)
        before = bed.look()
        result = self.winnow(address_of(next(host for host in HOSTS if host != self.cluster.primary)), 3306).call(
            "PurgeExecutions", bed.parameters())
        self.assertNotEqual(result.status, 0)
        self.assertIn("read-only", result.json["error"]["message"])
        self.assertEqual(bed.look(), before)

    def test_a_transaction_larger_than_the_groups_limit_is_halved(self):
        bed = self.bed()
        bed.fill(random.Random(3), 700)
        before = bed.look()
        self.set_everywhere("group_replication_transaction_size_limit", 30_000)
        self.addCleanup(self.set_everywhere, "group_replication_transaction_size_limit", 150_000_000)
        winnow = self.winnow(address_of(self.cluster.primary), 3306)
        self.assert_done(bed, before, finished(winnow.purge(bed.parameters())))

    def test_a_member_that_falls_behind_is_waited_for(self):
        """The group's own figure: how many transactions wait in a member's queue."""
        bed = self.bed()
        bed.fill(random.Random(3), 700)
        before = bed.look()
        secondary = next(host for host in HOSTS if host != self.cluster.primary)
        winnow = self.winnow(address_of(self.cluster.primary), 3306, "pace: {rowsPerSecond: 300, health: {flowControlQueue: 1}}")
        with self.cluster.database("") as mysql:
            mysql.execute("GRANT SELECT ON performance_schema.replication_group_member_stats TO purger@'%'")
        with self.cluster.database("", secondary) as held:
            held.execute("FLUSH TABLES WITH READ LOCK")
            run = winnow.purge(bed.parameters(batchSize=5))
            waits = any("wait in a member of the group" in line for line in run.stderr)
            left = bed.database.count()
            held.execute("UNLOCK TABLES")
        result = finished(run)
        self.assertTrue(waits, result)
        self.assertGreater(left, 700 - len(bed.goes), "it waited before all had gone")
        self.assertEqual([wait["reason"] for wait in result.json["pace"]["waits"]], ["flowControl"])
        self.assert_done(bed, before, result)

    def test_a_primary_that_stands_still_is_given_up_though_its_name_leads_elsewhere_by_now(self):
        cluster = self.cluster

        def strike(_random):
            old = cluster.away = cluster.primary
            cluster.do("patience", 0)
            cluster.do("freeze", old)
            cluster.find_primary([host for host in HOSTS if host != old])

        self.addCleanup(cluster.restore)
        cases = Cases(self, "primary of a group stands still, its name moves", "mysql")
        cases.run(1, 20, lambda case: self.one(cases, case, "the primary stands still", strike, "a name that changes"))

    def have_several_primaries(self):
        self.cluster.do("sql", self.cluster.primary, "SELECT group_replication_switch_to_multi_primary_mode()")
        self.addCleanup(self.have_one_primary)

    def have_one_primary(self):
        self.cluster.do("sql", self.cluster.primary, "SELECT group_replication_switch_to_single_primary_mode()")
        self.cluster.find_primary(HOSTS)  # the group elects one

    def test_a_balancer_that_moves_a_run_to_a_primary_that_is_behind(self):
        """Rows whose deletion one member confirmed still exist on the other, which has yet to apply it; they don't count as lost commits."""
        bed = self.bed()
        bed.fill(random.Random(31), 700)
        before = bed.look()
        self.have_several_primaries()
        second = next(host for host in HOSTS if host != self.cluster.primary)
        haproxy = Haproxy(self, self.folder.path, 3308, *self.servers()[:2])
        run = self.winnow("127.0.0.1", 3308).purge(bed.parameters(batchSize=5, withChildren=True, pace={"rowsPerSecond": 300}))
        with self.cluster.database("") as mysql:
            mysql.execute("CREATE TABLE mysql.held (number int PRIMARY KEY)")
            until(lambda: run.poll() is not None or bed.database.count() < 680, "batches")
            there, behind = (self.enterContext(self.cluster.database(host=host)) for host in [second] * 2)
            behind.execute("LOCK TABLES mysql.held WRITE")
            mysql.execute("INSERT INTO mysql.held VALUES (1)")
            left = bed.database.count()
            until(lambda: run.poll() is not None or bed.database.count() < left - 40, "batches that the other one can't apply")
            seen = there.count()
            haproxy.drain("db1")
            for (session,) in mysql.rows("SELECT id FROM information_schema.processlist WHERE user = 'purger'"):
                mysql.execute(f"KILL {session}")
            self.assertIsNone(run.poll(), "the purge is over before anything happened")
            waits = "SELECT count(*) FROM information_schema.processlist WHERE user = 'purger' AND state LIKE '%hook on transaction begin%'"
            until(lambda: run.poll() is not None or there.rows(waits)[0][0] or there.count() < seen, "the run at the other one", 60)
            behind.execute("UNLOCK TABLES")
            result = finished(run)
            mysql.execute("DROP TABLE mysql.held")
        self.assert_done(bed, before, result)

    def test_conflicts_with_another_primary_are_tried_again(self):
        """Several primaries: the group refuses the transaction that is certified second (3101)."""
        bed = self.bed()
        bed.fill(random.Random(3), 700)
        before = bed.look()
        self.have_several_primaries()
        other = next(host for host in HOSTS if host != self.cluster.primary)
        run = self.winnow(address_of(self.cluster.primary), 3306).purge(bed.parameters(batchSize=50))
        goes = sorted(bed.goes)

        def write():
            # Like a late write of Kestra's: rows that are about to be deleted are changed on
            # another member.
            with self.cluster.database(host=other) as mysql:
                number = 0
                while run.poll() is None:
                    number = (number + 1) % len(goes)
                    try:
                        mysql.execute("UPDATE executions SET value = JSON_SET(value, '$.touched', %s) WHERE `key` = %s", number, goes[number])
                    except pymysql.Error:
                        continue

        writer = threading.Thread(target=write)
        writer.start()
        result = finished(run)
        writer.join()
        self.assert_done(bed, before, result)
        self.assertGreater(result.counters["retries"], 0, "no conflict came up")


if __name__ == "__main__":
    unittest.main(verbosity=2)
