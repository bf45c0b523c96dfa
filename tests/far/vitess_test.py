#!/usr/bin/python3
"""Vitess: all tasks over vtgate with two and with four shards; a kill at any statement leaves nothing half deleted.

The programs take 15 minutes to build: `tests/servers/vitess.sh build` does it once.
"""

import hashlib
import json
import random
import signal
import unittest

import pymysql

from bed import Cases, Folder, Winnow, assert_survived_or_told, finished, script, until
from databases import Mysql
from tour import Tour
from vitess_statements import VitessStatements
from vitess_tasks import VitessTasks
from world import CUTOFF, Bed
import vitess_schema

EXECUTIONS = 500
# Their keys and documents have nothing by which vtgate could put them on the shard of their
# execution.
FAR = {"execution_queued", "executordelayed", "worker_job_running"}


class Vtgate(Mysql):
    """Tables whose rows are on the shard of their execution have its id as a column that the writer names: vtgate routes by it."""

    BY_EXECUTION = {"logs", "metrics", "sla_monitor"}

    def __init__(self, url, placed=True):
        super().__init__(url)
        self._placed = self.BY_EXECUTION if placed else set()

    def columns_of(self, table):
        return [*super().columns_of(table), *(["execution_id"] if table in self._placed else [])]

    def rows_of(self, table, documents):
        rows = super().rows_of(table, documents)
        if table not in self._placed:
            return rows
        return [(*row, document.get("executionId")) for row, document in zip(rows, documents.values())]

    def sessions(self, user):
        raise NotImplementedError("vtgate does not tell")


class OverVtgate(VitessTasks, VitessStatements, Tour):
    shards = None
    placed = True

    @classmethod
    def setUpClass(cls):
        cls.server = Folder("far-vitess")
        cls.addClassCleanup(cls.server.remove)
        cls.write_schema(cls.server.path / "schema")
        cls.url = script("vitess", "start", cls.server.path, cls.shards, cls.server.path / "schema")
        cls.addClassCleanup(script, "vitess", "stop", cls.server.path)

    @classmethod
    def write_schema(cls, folder):
        vitess_schema.write(folder, cls.placed)

    def setUp(self):
        self.folder = Folder("far-vtgate")
        self.addCleanup(self.folder.remove)
        self.database = self.enterContext(Vtgate(self.url, self.placed))
        early = FAR if self.placed else FAR | Vtgate.BY_EXECUTION
        self.bed = Bed(self.database, self.folder.path / "storage", early=early)
        self.winnow = Winnow(self.folder.path, self.url + "?ssl-mode=DISABLED", self.bed.storage)

    def await_tablets(self):
        def answers():
            try:
                return self.database.count() >= 0
            except pymysql.Error:
                return False

        until(answers, "the shards' tablets")

    def test_all_tasks(self):
        self.tour(self.winnow, self.bed)

    def test_a_batch_is_of_one_shard(self):
        """Else it would be refused as a transaction of several, and tried again in halves."""
        self.bed.fill(random.Random(13), 200)
        for task, counter in (("PurgeLogs", "count"), ("PurgeExecutions", "executionsCount")):
            result = self.winnow.call(task, {"endDate": CUTOFF, "batchSize": 40})
            self.assertEqual((result.status, result.json.get("retries")), (0, 0), result)
            self.assertGreater(result.json[counter], 0, result)

    def test_receipts_name_what_lies_elsewhere_too(self):
        """Rows on another shard than their execution are deleted in separate transactions, each with a record."""
        self.bed.fill(random.Random(3), 200)
        before = self.bed.look()
        receipts = self.folder.path / "receipts.jsonl"
        self.winnow.configure(self.url + "?ssl-mode=DISABLED", self.bed.storage, f"receipts: {{file: {receipts}, keys: full}}")
        result = self.call(self.winnow, "PurgeExecutions", self.bed.parameters(batchSize=30))
        now = self.bed.look()
        self.assertEqual(self.bed.broken_now(now) + self.bed.left_over(now) + self.bed.miscounted(before, now, result), [], result)
        records = [json.loads(line) for line in receipts.read_text().splitlines()]
        committed = {record["sequence"] for record in records if record["receipt"] == "committed"}
        named = {table: [] for table in {"executions", *self.bed.early} - {"files"}}
        for record in records:
            if record["receipt"] == "batch" and record["sequence"] in committed and not record.get("dependentsOnly"):
                named[record["table"]] += record["keys"]
        self.assertEqual({table: sorted(keys) for table, keys in named.items()},
                         {table: sorted(before[table] - now[table]) for table in named})
        proof = self.call(self.winnow, "VerifyReceipts", {"database": True})
        self.assertEqual((proof["valid"], proof["presentCount"], proof["uncheckedBatches"]), (True, 0, 0), proof)
        self.assertEqual({name: proof["counts"][name] for name in ("executionsCount", "logsCount", "dependentsCount")},
                         {name: result[name] for name in ("executionsCount", "logsCount", "dependentsCount")})

    def test_rows_that_are_written_late_go_too(self):
        """Logs of executions on all shards that appear once their batches are committed."""
        self.bed.fill(random.Random(5), EXECUTIONS, logs=1)
        first = next(iter(self.bed.world.documents["logs"].values()))
        run = self.winnow.purge(self.bed.parameters(batchSize=3))
        gone = set()

        def most_are_gone():
            gone.update(self.bed.goes - self.database.keys("executions"))
            return run.poll() is not None or len(gone) > len(self.bed.goes) * 0.7

        until(most_are_gone, "batches")
        self.assertIsNone(run.poll(), "the purge is over before anything happened")
        late = {f"late{key}": {**first, "executionId": key} for key in sorted(gone)[::10]}
        self.database.insert("logs", late)
        result = finished(run)
        self.assertEqual(result.status, 0, result)
        self.assertEqual(set(late) & self.database.keys("logs"), set(), result)

    def test_the_mysql_of_all_shards_crashes_in_mid_purge(self):
        self.bed.fill(random.Random(11), 2 * EXECUTIONS)
        before = self.bed.look()
        run = self.winnow.purge(self.bed.parameters(batchSize=3))
        until(lambda: run.poll() is not None or self.database.count() <= 2 * EXECUTIONS - 10, "batches")
        script("vitess", "crash", self.server.path)
        self.assertIsNone(run.poll(), "the purge is over before anything happened")
        result = finished(run)
        self.await_tablets()
        assert_survived_or_told(self, before, result)

    def test_a_cancel_and_a_budget_end_a_run_with_its_account(self):
        self.bed.fill(random.Random(61), EXECUTIONS)
        for pace, end in (({"rowsPerSecond": 60}, self.interrupt), ({"rowsPerSecond": 60, "budget": "PT2S"}, self.leave_alone)):
            before = self.bed.look()
            run = self.winnow.purge(self.bed.parameters(batchSize=3, pace=pace))
            left = self.database.count()
            until(lambda: run.poll() is not None or self.database.count() < left, "batches")
            end(run)
            result = finished(run)
            now = self.bed.look()
            self.assertEqual(self.bed.broken_now(now) + self.bed.miscounted(before, now, result.counters), [], result)
            self.assertGreater(len(self.bed.goes & now["executions"]), 0, "it was over before")
        self.assertEqual(self.winnow.call("PurgeExecutions", self.bed.parameters()).status, 0)

    def interrupt(self, run):
        run.send_signal(signal.SIGINT)
        run.wait(60)
        self.assertEqual(run.returncode, 130)

    def leave_alone(self, run):
        run.wait(60)
        self.assertEqual(run.returncode, 0)

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


class RowsAnywhere(OverVtgate, unittest.TestCase):
    """The writer names only `key` and `value`, like Kestra: a row's shard depends only on its own key."""

    shards = 2
    placed = False


class OtherwisePlaced(unittest.TestCase):
    """Tables that can't be purged in batches of one shard, each refused by name."""

    @classmethod
    def setUpClass(cls):
        cls.server = Folder("far-vitess")
        cls.addClassCleanup(cls.server.remove)
        schema = cls.server.path / "schema"
        vitess_schema.write(schema)
        vschema = json.loads((schema / "vschema.json").read_text())
        vschema["tables"]["executions"]["column_vindexes"][0]["column"] = "namespace"
        vschema["tables"]["logs"]["column_vindexes"][0]["column"] = "namespace"
        del vschema["tables"]["metrics"]
        (schema / "vschema.json").write_text(json.dumps(vschema))
        cls.url = script("vitess", "start", cls.server.path, 2, schema)
        cls.addClassCleanup(script, "vitess", "stop", cls.server.path)

    def test_is_refused_by_name(self):
        folder = Folder("far-vtgate")
        self.addCleanup(folder.remove)
        winnow = Winnow(folder.path, self.url + "?ssl-mode=DISABLED", folder.path / "storage")
        (folder.path / "storage/main").mkdir(parents=True)
        for task, parameters, table, why in (
                ("PurgeExecutions", {"endDate": CUTOFF, "purgeMetric": False}, "executions", "its vindex has to be of"),
                ("PurgeMetrics", {"endDate": CUTOFF}, "metrics", "vindex"),
                ("PurgeOrphans", {"dryRun": False}, "logs", "and neither by")):
            result = winnow.call(task, parameters)
            self.assertEqual(result.status, 3, result)
            self.assertIn(f'"{table}"', result.json["error"]["message"])
            self.assertIn(why, result.json["error"]["message"])


class PatienceOfSeconds(unittest.TestCase):
    """Tablets that keep a connection for three seconds after its last statement, not thirty: the one with the lock of an exclusive run is
    closed while the run waits."""

    @classmethod
    def setUpClass(cls):
        cls.server = Folder("far-vitess")
        cls.addClassCleanup(cls.server.remove)
        vitess_schema.write(cls.server.path / "schema")
        cls.url = script("vitess", "start", cls.server.path, 2, cls.server.path / "schema", "--queryserver-config-transaction-timeout=3s")
        cls.addClassCleanup(script, "vitess", "stop", cls.server.path)

    def setUp(self):
        self.folder = Folder("far-vtgate")
        self.addCleanup(self.folder.remove)
        self.database = self.enterContext(Vtgate(self.url))
        self.bed = Bed(self.database, self.folder.path / "storage", early=FAR)
        self.bed.fill(random.Random(73), EXECUTIONS)
        self.before = self.bed.look()
        self.stop = self.folder.path / "stop"
        self.winnow = Winnow(self.folder.path, self.url + "?ssl-mode=DISABLED", self.bed.storage, f"pace: {{stopFile: {self.stop}}}")
        self.lock = "winnow.PurgeExecutions." + hashlib.sha256(b"kestra").hexdigest()[:32]

    def lose_the_lock(self):
        """A waiting run whose lock is lost."""
        run = self.winnow.purge(self.bed.parameters(exclusive=True, batchSize=3, pace={"rowsPerSecond": 200}))
        until(lambda: run.poll() is not None or self.database.count() < EXECUTIONS - 20, "batches")
        self.assertEqual(self.has_lock(), True)
        self.stop.touch()
        until(lambda: run.poll() is not None or not self.has_lock(), "the tablet to end the connection", 60)
        self.assertIsNone(run.poll(), "the purge is over before anything happened")
        return run

    def has_lock(self):
        with Mysql(self.url) as session:  # one that stays would keep its own connection
            return session.rows("SELECT IS_USED_LOCK(%s)", self.lock)[0][0] is not None

    def test_a_lock_that_is_lost_is_taken_again(self):
        run = self.lose_the_lock()
        self.stop.unlink()
        result = finished(run)
        now = self.bed.look()
        self.assertEqual(result.status, 0, result)
        self.assertEqual(self.bed.broken_now(now) + self.bed.left_over(now) + self.bed.miscounted(self.before, now, result.counters), [],
                         result)

    def test_a_lock_that_is_lost_to_another_run_ends_the_run_with_its_account(self):
        run = self.lose_the_lock()
        with Mysql(self.url) as other:
            self.assertEqual(other.rows("SELECT GET_LOCK(%s, 0)", self.lock), ((1,),))
            self.stop.unlink()
            result = finished(run)
        now = self.bed.look()
        self.assertNotEqual(result.status, 0, result)
        self.assertIn("another run of PurgeExecutions has it now", result.json["error"]["message"])
        self.assertEqual(self.bed.broken_now(now) + self.bed.miscounted(self.before, now, result.counters), [], result)


class FourShards(OverVtgate, unittest.TestCase):
    shards = 4


if __name__ == "__main__":
    unittest.main(verbosity=2)
