#!/usr/bin/python3
"""Several machines purge one backlog at the same time, a millisecond away from its server; then one of them loses its link."""

import random
import unittest

from bed import Folder, finished, until
from machines import MACHINES, Machines
from world import Bed

EXECUTIONS = 2_500


def address_of(machine):
    return f"10.77.0.{MACHINES.index(machine) + 2}"


class Together:
    """For one engine."""

    @classmethod
    def setUpClass(cls):
        cls.machines = Machines(cls.engine)
        cls.addClassCleanup(cls.machines.stop)
        cls.machines.make_schema()

    def setUp(self):
        self.folder = Folder("far-together")
        self.addCleanup(self.folder.remove)
        self.database = self.enterContext(self.machines.database())
        self.bed = Bed(self.database, self.folder.path / "storage")
        self.bed.fill(random.Random(11), EXECUTIONS, files=False)
        self.before = self.bed.look()

    def start(self, machines):
        return {machine: self.machines.winnow(machine, self.folder.path, self.bed.storage).purge(self.bed.parameters(batchSize=40))
                for machine in machines}

    def sum_of(self, results):
        total = {}
        for result in results:
            for name, count in result.counters.items():
                if isinstance(count, int):
                    total[name] = total.get(name, 0) + count
        return total

    def test_share_a_backlog_and_nothing_goes_twice(self):
        deadlocks = self.deadlocks()
        results = {machine: finished(run) for machine, run in self.start(MACHINES).items()}
        now = self.bed.look()
        self.assertEqual({machine: result.status for machine, result in results.items()}, dict.fromkeys(MACHINES, 0),
                         "\n".join(map(str, results.values())))
        self.assertEqual(self.bed.broken_now(now) + self.bed.left_over(now)
                         + self.bed.miscounted(self.before, now, self.sum_of(results.values())), [])
        self.assertGreater(min(result.counters["executionsCount"] for result in results.values()), 0, "each has its share")
        self.assertEqual(self.deadlocks(), deadlocks)

    def test_go_on_when_one_of_them_loses_its_link_in_mid_batch(self):
        runs = self.start(MACHINES)
        self.addCleanup(self.machines.mend, "w3")
        until(lambda: self.database.count() < EXECUTIONS - 300 or runs["w3"].poll() is not None, "batches")
        self.machines.cut("w3")
        others = [finished(runs[machine]) for machine in ("w1", "w2")]
        self.assertEqual([result.status for result in others], [0, 0], "\n".join(map(str, others)))
        # The server must notice that the machine is lost; until then the rows of that batch are
        # locked, and named.
        now = self.bed.look()
        self.assertEqual(self.bed.broken_now(now), [])
        left = self.bed.goes & now["executions"]
        named = {result.counters.get("skippedCount", 0) for result in others}
        self.assertEqual(named - {0}, {len(left)} if left else set(), "\n".join(map(str, others)))
        until(lambda: self.sessions_of("w3") == 0, "S7: the server to end the session of the machine that is lost", 120)
        lost = finished(runs["w3"])
        self.assertNotEqual(lost.status, 0)
        self.assertEqual(self.bed.miscounted(self.before, now, self.sum_of([*others, lost]) | {
            "inDoubt": lost.counters.get("inDoubt", {})}), [], lost)
        again = finished(self.start(["w1"])["w1"])
        end = self.bed.look()
        self.assertEqual(again.status, 0, again)
        self.assertEqual(self.bed.broken_now(end) + self.bed.left_over(end), [], again)


class OnPostgres(Together, unittest.TestCase):
    engine = "postgres"

    def sessions_of(self, machine):
        """Sessions that hold anything: one that is idle outside a transaction concerns only the kernel."""
        return self.database.rows("SELECT count(*) FROM pg_stat_activity WHERE client_addr = %s AND xact_start IS NOT NULL",
                                  address_of(machine))[0][0]

    def deadlocks(self):
        self.database.execute("SELECT pg_stat_clear_snapshot()")
        return self.database.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = 'kestra'")[0][0]


class OnMysql(Together, unittest.TestCase):
    engine = "mysql"

    def sessions_of(self, machine):
        return self.database.rows("SELECT count(*) FROM information_schema.processlist WHERE host LIKE %s", address_of(machine) + ":%")[0][0]

    def deadlocks(self):
        return self.database.rows("SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'")[0][0]


if __name__ == "__main__":
    unittest.main(verbosity=2)
