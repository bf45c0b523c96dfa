#!/usr/bin/python3
"""PostgreSQL behind poolers and balancers: pgbouncer in its three modes, pgpool2 before a primary and its replicas, haproxy."""

import random
import unittest

from bed import Folder, Winnow, finished, script, until
from databases import credentials_of
from haproxy import Haproxy
from postgres_failover_test import PostgresCluster
from tour import Tour
from world import Bed


class Poolers(Tour, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = PostgresCluster()
        cls.addClassCleanup(cls.cluster.stop)
        cls.password = credentials_of(cls.cluster.url)[1]

    def setUp(self):
        self.folder = Folder("far-pooler")
        self.addCleanup(self.folder.remove)
        self.database = self.enterContext(self.cluster.database())
        self.bed = Bed(self.database, self.folder.path / "storage")

    def bouncer(self, mode, connections=4, port=""):
        # The processes of poolers are on the host `client`, as this one is.
        port = script("pgbouncer", "start", self.folder.path / "bouncer", "10.77.0.1", 5432, "purger", self.password, mode, connections, port)
        self.addCleanup(script, "pgbouncer", "stop", self.folder.path / "bouncer")
        return port

    def at(self, port, more=""):
        return Winnow(self.folder.path, f"postgresql://purger:{self.password}@127.0.0.1:{port}/kestra", self.folder.path / "storage", more)

    def test_pgbouncer_in_session_mode(self):
        self.tour(self.at(self.bouncer("session")), self.bed)

    def test_pgbouncer_in_transaction_mode(self):
        self.tour(self.at(self.bouncer("transaction")), self.bed)

    def test_pgbouncer_in_transaction_mode_with_one_server_connection(self):
        self.tour(self.at(self.bouncer("transaction", 1)), self.bed)

    def test_pgbouncer_in_statement_mode_is_refused_by_name_before_anything_goes(self):
        self.bed.fill(random.Random(3), 100)
        before = self.bed.look()
        result = self.at(self.bouncer("statement")).call("PurgeExecutions", self.bed.parameters())
        self.assertNotEqual(result.status, 0)
        self.assertIn("pool", result.json["error"]["message"])
        self.assertIn("transaction", result.json["error"]["message"])
        self.assertEqual(self.bed.look(), before)

    def test_pgbouncer_that_is_restarted_in_the_middle(self):
        for mode in ("session", "transaction"):
            with self.subTest(mode):
                port = self.bouncer(mode)
                self.bed.fill(random.Random(5), 700)
                before = self.bed.look()
                run = self.at(port).purge(self.bed.parameters(batchSize=10))
                until(lambda: run.poll() is not None or self.database.count() < 600, "batches")
                script("pgbouncer", "stop", self.folder.path / "bouncer")
                self.bouncer(mode, port=port)
                result = finished(run)
                now = self.bed.look()
                self.assertEqual(result.status, 0, result)
                self.assertEqual(self.bed.broken_now(now) + self.bed.left_over(now)
                                 + self.bed.miscounted(before, now, result.counters), [], result)
                script("pgbouncer", "stop", self.folder.path / "bouncer")

    def test_pgpool_before_a_primary_and_its_replicas(self):
        servers = [f"10.77.0.{number}:5432" for number in (1, 2, 3)]
        script("pgpool", "start", self.folder.path / "pgpool", 9999, "winnow", self.password, *servers)
        self.addCleanup(script, "pgpool", "stop", self.folder.path / "pgpool")
        self.tour(self.at(9999), self.bed)

    def test_pgpool_that_leaves_replicas_out_hides_nothing_that_they_lack(self):
        servers = [f"10.77.0.{number}:5432" for number in (1, 2, 3)]
        script("pgpool", "start", self.folder.path / "pgpool", 9999, "winnow", self.password, *servers,
               "app_name_redirect_preference_list=winnow:primary")
        self.addCleanup(script, "pgpool", "stop", self.folder.path / "pgpool")
        self.bed.fill(random.Random(17), 200)
        for replica in ("db2", "db3"):
            self.cluster.do("setting", replica, "recovery_min_apply_delay", "1h")
            self.addCleanup(self.cluster.do, "setting", replica, "recovery_min_apply_delay", "0")
        for _ in range(4):  # each session of pgpool's is given a server by lot
            self.orphans(self.at(9999), self.bed)

    def test_haproxy_with_the_servers_in_their_order(self):
        Haproxy(self, self.folder.path, 5000, *(f"10.77.0.{number}:5432" for number in (1, 2, 3)))
        self.tour(self.at(5000), self.bed)

    def test_haproxy_that_drains_the_primary_and_leads_to_a_replica_that_is_behind(self):
        """Rows whose deletion the primary confirmed still exist on that replica; they don't count as lost commits."""
        haproxy = Haproxy(self, self.folder.path, 5000, *(f"10.77.0.{number}:5432" for number in (1, 2, 3)))
        self.bed.fill(random.Random(29), 500)
        before = self.bed.look()
        for replica in ("db2", "db3"):
            self.cluster.do("setting", replica, "recovery_min_apply_delay", "1h")
            self.addCleanup(self.cluster.do, "setting", replica, "recovery_min_apply_delay", "0")
        # With children a run reads before each batch.
        run = self.at(5000).purge(self.bed.parameters(batchSize=5, withChildren=True, pace={"rowsPerSecond": 300}))
        until(lambda: run.poll() is not None or self.database.count() < 450, "batches")
        haproxy.drain("db1")
        self.database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'purger'")
        until(lambda: run.poll() is not None or haproxy.sessions_so_far("db2") >= 3, "log-ins at the replica")
        self.assertIsNone(run.poll(), "the purge is over before anything happened")
        haproxy.ready("db1")
        result = finished(run)
        now = self.bed.look()
        self.assertEqual(result.status, 0, result)
        self.assertEqual(self.bed.broken_now(now) + self.bed.left_over(now) + self.bed.miscounted(before, now, result.counters), [], result)


if __name__ == "__main__":
    unittest.main(verbosity=2)
