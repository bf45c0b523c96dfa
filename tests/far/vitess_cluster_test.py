#!/usr/bin/python3
"""A Vitess cluster whose shard is split, and whose tablets are killed and come back, while a purge runs over its vtgate."""

import random
import unittest

import pymysql

from bed import Folder, Winnow, assert_survived_or_told, enter, finished, script, until
from vitess_test import FAR, Vtgate
from world import Bed
import vitess_schema

EXECUTIONS = 1_500


class Cluster(unittest.TestCase):
    def setUp(self):
        self.server = Folder("far-vitess-cluster")
        self.addCleanup(self.server.remove)
        vitess_schema.write(self.server.path / "schema")
        self.url = script("vitess_cluster", "start", self.server.path, self.server.path / "schema")
        self.addCleanup(script, "vitess_cluster", "stop", self.server.path)
        enter(self.server.path, "client")
        self.folder = Folder("far-vtgate")
        self.addCleanup(self.folder.remove)
        self.bed = Bed(self.enterContext(Vtgate(self.url)), self.folder.path / "storage", early=FAR)
        self.bed.fill(random.Random(17), EXECUTIONS)
        self.winnow = Winnow(self.folder.path, self.url + "?ssl-mode=DISABLED", self.bed.storage)

    def run_until(self, left):
        run = self.winnow.purge(self.bed.parameters(batchSize=5))
        until(lambda: run.poll() is not None or self.bed.database.count() <= left, "batches")
        self.assertIsNone(run.poll(), "the purge is over before anything happened")
        return run

    def await_vtgate(self):
        def answers():
            try:
                return self.bed.database.count() >= 0
            except pymysql.Error:
                return False

        until(answers, "vtgate to find a tablet")

    def test_a_shard_that_is_split_in_mid_purge(self):
        before = self.bed.look()
        script("vitess_cluster", "split", self.server.path)
        run = self.run_until(EXECUTIONS - 100)
        script("vitess_cluster", "switch", self.server.path)
        result = finished(run)
        self.await_vtgate()
        assert_survived_or_told(self, before, result)

    def test_a_tablet_that_is_killed_and_comes_back_in_mid_purge(self):
        before = self.bed.look()
        run = self.run_until(EXECUTIONS - 100)
        script("vitess_cluster", "restart-tablet", self.server.path, 1)
        result = finished(run)
        self.await_vtgate()
        assert_survived_or_told(self, before, result)


if __name__ == "__main__":
    unittest.main(verbosity=2)
