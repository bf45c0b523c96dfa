#!/usr/bin/python3
"""MySQL group replication: the primary is killed, cut off, separated from its members or steps down in mid-purge. The run goes on at the
next primary, with exact counts, or reports what it could not find out; nothing is half deleted, and one more run finishes."""

import unittest

from bed import Cases, script
from failover import HOSTS, FailOver
from mysql_group import MysqlGroup


class MysqlFailOver(FailOver, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = MysqlGroup()
        cls.addClassCleanup(cls.cluster.stop)

    def strike(self, how):
        cluster = self.cluster

        def act(random):
            old = cluster.primary
            others = [host for host in HOSTS if host != old]
            committed = cluster.committed()
            if how == "steps down":
                cluster.do("step-down", random.choice(others))
            else:
                cluster.away = old
                cluster.do("patience", 0)
                self.take_away(old, how, others)
            cluster.find_primary(others)
            cluster.await_all_of(committed, cluster.primary)

        return act

    def take_away(self, host, how, others):
        if how == "is killed":
            self.cluster.do("crash", host)
        elif how == "is parted":  # from its members alone: winnow still reaches it
            script("network", "part", self.cluster.folder.path, host, *others)
        else:
            self.cluster.cut(host)

    def test_the_purge_goes_on_at_the_new_primary(self):
        cases = Cases(self, "primary of a group lost", "mysql")

        def one(case):
            # A lost member takes longer to come back than all the rest of a case; after the last
            # case it need not come back.
            how = {3: "is killed", 11: "is parted", 19: "is cut off"}.get(case.index % 20, "steps down")
            way = list(self.cluster.ways())[(case.index // 5 + case.index // 20) % 2]
            # Rows of all tables: a run lasts some seconds, for a primary needs one to step down.
            self.one(cases, case, f"the primary {how}", self.strike(how), way, pace={"rowsPerSecond": 600})

        cases.run(20, 500, one)


if __name__ == "__main__":
    unittest.main(verbosity=2)
