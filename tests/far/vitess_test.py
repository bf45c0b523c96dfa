#!/usr/bin/python3
"""Vitess: all tasks over vtgate with two and with four shards; a kill at any statement leaves nothing half.

The programs take 15 minutes to build: `tests/servers/vitess.sh build` does it once.
"""

import random
import signal
import unittest
from urllib.parse import urlsplit

from bed import Cases, Folder, Winnow, finished, script, until
from databases import Mysql
from tour import Tour
from world import TABLES, Bed
import vitess_schema

EXECUTIONS = 500


class Vtgate(Mysql):
    """The tables whose rows lie with their execution have its id as a column that the writer names: vtgate routes by it."""

    BY_EXECUTION = {"logs", "metrics", "sla_monitor"}

    def columns_of(self, table):
        return [*super().columns_of(table), *(["execution_id"] if table in self.BY_EXECUTION else [])]

    def rows_of(self, table, documents):
        rows = super().rows_of(table, documents)
        if table not in self.BY_EXECUTION:
            return rows
        return [(*row, document.get("executionId")) for row, document in zip(rows, documents.values())]

    def sessions(self, user):
        raise NotImplementedError("vtgate does not tell")


class OverVtgate(Tour):
    shards = None

    @classmethod
    def setUpClass(cls):
        cls.server = Folder("far-vitess")
        cls.addClassCleanup(cls.server.remove)
        vitess_schema.write(cls.server.path / "schema")
        cls.url = script("vitess", "start", cls.server.path, cls.shards, cls.server.path / "schema")
        cls.addClassCleanup(script, "vitess", "stop", cls.server.path)

    def setUp(self):
        self.folder = Folder("far-vtgate")
        self.addCleanup(self.folder.remove)
        self.database = self.enterContext(Vtgate(self.url))
        self.bed = Bed(self.database, self.folder.path / "storage")
        self.winnow = Winnow(self.folder.path, self.url + "?ssl-mode=DISABLED", self.bed.storage)

    def test_all_tasks(self):
        self.tour(self.winnow, self.bed)

    def test_a_kill_at_any_moment_leaves_nothing_half(self):
        cases = Cases(self, "kill -9 of the process", f"vitess, {self.shards} shards")

        def one(case):
            self.bed.fill(case.random, EXECUTIONS)
            before = self.bed.look()
            at = case.random.randint(1, len(self.bed.goes) - 20)
            case.what = f"after {at} of {len(self.bed.goes)} executions"
            run = self.winnow.purge(self.bed.parameters(batchSize=case.random.randint(5, 60)))
            until(lambda: run.poll() is not None or self.database.count() <= EXECUTIONS - at, "batches")
            run.send_signal(signal.SIGKILL)
            run.communicate()
            case.found(self.bed.broken_now(self.bed.look()))
            again = self.winnow.call("PurgeExecutions", self.bed.parameters())
            now = self.bed.look()
            if again.status:
                case.found([f"the next run failed: {again}"])
            case.found(self.bed.broken_now(now) + self.bed.left_over(now))

        cases.run(8, 200, one)


class TwoShards(OverVtgate, unittest.TestCase):
    shards = 2


class FourShards(OverVtgate, unittest.TestCase):
    shards = 4


if __name__ == "__main__":
    unittest.main(verbosity=2)
