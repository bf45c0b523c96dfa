"""winnow over vtgate beyond the tour: orphans of every table, retention, `keepLast`, families, the sample.

Mixed into a TestCase with a `bed`, a `winnow`, a `database` and a `url`."""

import collections
import json
import os
import random
import signal
import subprocess

from bed import BIN, Cases, finished, until
from databases import Mysql
from world import CUTOFF, TERMINAL

EXECUTIONS = 500
COUNTERS = {"logs": "logsCount", "metrics": "metricsCount"}
# A waiting message in `queues` is not an orphan, and all of this world's messages wait.
SWEPT = ["logs", "metrics", "executorstate", "sla_monitor", "execution_queued", "executordelayed", "worker_job_running"]


def rows_by(keys, belongs):
    return {table: {key for key, identity in belongs[table].items() if identity in keys} for table in SWEPT}


def newest(executions, count):
    """So many of each flow that ended last."""
    of_flow = collections.defaultdict(list)
    for key, document in executions.items():
        of_flow[document["namespace"], document["flowId"]].append((document["state"]["endDate"], key))
    return {key for rows in of_flow.values() for _, key in sorted(rows)[-count:]}


class VitessTasks:
    def ended(self):
        return {key: document for key, document in self.bed.world.documents["executions"].items()
                if document["tenantId"] == "main" and document["state"]["current"] in TERMINAL}

    def lose(self, keys):
        """Deletes their executions, and nothing else of theirs."""
        keys = sorted(keys)
        for first in range(0, len(keys), 100):
            some = keys[first:first + 100]
            self.database.execute(f"DELETE FROM executions WHERE `key` IN ({', '.join(['%s'] * len(some))})", *some)

    def lose_some(self, seed):
        self.bed.fill(random.Random(seed), EXECUTIONS)
        gone = set(random.Random(seed).sample(sorted(self.ended()), 150))
        self.lose(gone)
        return gone

    def listed(self, **parameters):
        rows = self.call(self.winnow, "ListExecutions", {"size": 1000, "columns": ["id"], **parameters})["rows"]
        return rows, {row["id"] for row in rows}

    def test_orphans_of_every_table(self):
        """Leftovers of deleted executions are on all shards, some of them on another shard than their execution was. A kill in between
        deletes nothing else, and the next run finishes."""
        orphans = rows_by(self.lose_some(19), self.bed.world.belongs)
        before = self.bed.look()
        doctor = {table["table"]: table.get("orphans", {}).get("found")
                  for table in self.call(self.winnow, "Doctor", {})["tables"]}
        self.assertEqual({table: doctor[table] for table in SWEPT}, {table: len(keys) for table, keys in orphans.items()})

        run = self.winnow.start("call", "PurgeOrphans", "--params", json.dumps({"dryRun": False, "batchSize": 3}))
        until(lambda: run.poll() is not None or self.database.count("logs") < len(before["logs"]) - 20, "batches")
        run.send_signal(signal.SIGKILL)
        run.communicate()
        halfway = self.bed.look()
        for table, keys in before.items():
            self.assertLessEqual(keys - halfway[table], orphans.get(table, set()), table)
        left = {table: keys & halfway[table] for table, keys in orphans.items()}
        self.assertGreater(sum(map(len, left.values())), 0, "it was over before")

        counted = self.call(self.winnow, "PurgeOrphans", {"dryRun": True})
        self.winnow.configure(self.url + "?ssl-mode=DISABLED", self.bed.storage, f"receipts: {{file: {self.folder.path}/receipts.jsonl}}")
        done = self.call(self.winnow, "PurgeOrphans", {"dryRun": False, "batchSize": 40})
        expected = collections.Counter()
        for table, keys in left.items():
            expected[COUNTERS.get(table, "dependentsCount")] += len(keys)
        for result in (counted, done):
            self.assertEqual({name: result[name] for name in expected}, dict(expected), result)
        self.assertEqual(self.bed.look(), {table: keys - orphans.get(table, set()) for table, keys in before.items()})
        self.call(self.winnow, "VerifyReceipts", {})

    def test_folders_of_executions_that_are_gone(self):
        gone = self.lose_some(23)
        for path in self.bed.storage.rglob("*"):
            os.utime(path, (1, 1))
        files = {path for path, identity in self.bed.world.files.items() if identity in gone}
        before = self.bed.look()
        result = self.call(self.winnow, "PurgeStorage", {"dryRun": False, "endDate": CUTOFF})
        self.assertEqual(result["deletedFilesCount"], len(files), result)
        self.assertEqual(self.bed.look(), before | {"files": before["files"] - files})

    def test_a_run_that_is_exclusive_keeps_another_out_until_it_ends(self):
        self.bed.fill(random.Random(29), EXECUTIONS)
        parameters = self.bed.parameters(exclusive=True, batchSize=2, pace={"rowsPerSecond": 60})
        first = self.winnow.purge(parameters)
        until(lambda: first.poll() is not None or self.database.count() < EXECUTIONS, "batches")
        second = self.winnow.call("PurgeExecutions", self.bed.parameters(exclusive=True))
        self.assertIsNone(first.poll(), "the purge is over before anything happened" if first.poll() is None else finished(first))
        self.assertNotEqual(second.status, 0, second)
        self.assertIn("PurgeExecutions runs on this database already", second.json["error"]["message"])
        self.assertEqual(second.counters.get("executionsCount", 0), 0, second)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        until(lambda: self.winnow.call("PurgeExecutions", self.bed.parameters(exclusive=True)).status == 0, "the lock of a run that is gone", 60)
        self.assertEqual(self.bed.left_over(self.bed.look()), [])

    def test_a_retention_policy(self):
        self.bed.fill(random.Random(31), EXECUTIONS)
        world, ended = self.bed.world, self.ended()
        team = {key: document for key, document in ended.items() if document["namespace"].startswith("company.team")}
        goes = {key for key, document in ended.items() if document["namespace"] == "system"} | (team.keys() - newest(team, 2))
        policy = {"rules": [{"match": {"namespace": "company"}, "keep": "forever"},
                            {"match": {"namespace": "company.team.**"}, "keep": {"last": 2}}],
                  "otherwise": {"keep": {"age": "P30D"}},
                  "logs": [{"match": {"levels": ["ERROR"]}, "keep": {"age": "P1D"}}],
                  "metrics": [{"match": {"namespace": "system"}, "keep": {"age": "P1D"}}]}

        def of_main(table, more):
            return {key for key, document in world.documents[table].items() if document["tenantId"] == "main"
                    and (document["executionId"] in goes or (document["namespace"] != "company" and more(document)))}

        rows = {"executions": goes, "logs": of_main("logs", lambda log: log["level"] == "ERROR"),
                "metrics": of_main("metrics", lambda metric: metric["namespace"] == "system")}
        for key in random.Random(31).sample(sorted(ended), 12):
            told = self.call(self.winnow, "ExplainRetention", {"executionId": key, "rules": policy["rules"],
                                                                    "otherwise": policy["otherwise"]})
            self.assertEqual(told["decision"], "goes" if key in goes else "stays", told)
        planned = finished(self.winnow.start("plan", "ApplyRetention", "--params", json.dumps(policy)))
        self.assertEqual(planned.status, 0, planned)
        before = self.bed.look()
        counted = self.call(self.winnow, "ApplyRetention", {"dryRun": True, **policy})
        self.assertEqual(counted["executionsCount"], len(goes), counted)
        done = self.call(self.winnow, "ApplyRetention", {"batchSize": 30, "expectPlan": counted["planId"], **policy})
        self.assertEqual({name: done[name + "Count"] for name in rows}, {name: len(keys) for name, keys in rows.items()}, done)
        now = self.bed.look()
        self.assertEqual({table: before[table] - now[table] for table in rows}, rows)
        self.assertEqual(self.call(self.winnow, "ApplyRetention", policy)["executionsCount"], 0)

    def test_the_newest_of_each_flow_stay(self):
        self.bed.fill(random.Random(37), EXECUTIONS)
        ended = self.ended()
        kept = newest(ended, 3)
        self.assertEqual(self.listed(keepLast=3, states=sorted(TERMINAL))[1], ended.keys() - kept)
        self.bed.goes -= kept
        before = self.bed.look()
        result = self.call(self.winnow, "PurgeExecutions", self.bed.parameters(keepLast=3, batchSize=40))
        now = self.bed.look()
        self.assertEqual(self.bed.broken_now(now) + self.bed.left_over(now) + self.bed.miscounted(before, now, result), [])

    def test_families_are_listed(self):
        """A family's rows are on several shards."""
        self.bed.fill(random.Random(41), 60)
        executions = self.bed.world.documents["executions"]
        root = sorted(key for key, document in executions.items() if document["tenantId"] == "main")[0]
        children = {f"child{number}": {**executions[root], "id": f"child{number}",
                                       "trigger": {"id": "t", "type": "io.kestra.plugin.core.flow.Subflow",
                                                   "variables": {"executionId": root if number < 4 else "child0"}}} for number in range(6)}
        self.database.insert("executions", children)
        rows, keys = self.listed(withChildren=True)
        self.assertEqual(keys & children.keys(), set())
        family = next(row for row in rows if row["id"] == root)
        self.assertEqual({child["id"]: child["parentId"] for child in family["children"]},
                         {key: document["trigger"]["variables"]["executionId"] for key, document in children.items()})

    def have_families(self, seed):
        """Executions that are deleted get descendants, each with a log; in every fourth family one is still running, and the whole family
        stays."""
        self.bed.fill(random.Random(seed), EXECUTIONS)
        chosen = random.Random(seed)
        world = self.bed.world
        log = next(iter(world.documents["logs"].values()))
        new = {"executions": {}, "logs": {}}
        self.parents, self.stay = {}, set()
        for number, root in enumerate(chosen.sample(sorted(self.bed.goes), 60)):
            family = [root]
            for child in range(chosen.randint(1, 6)):
                key, parent = f"c{chosen.getrandbits(30):08x}-{number}-{child}", chosen.choice(family)
                new["executions"][key] = {**world.documents["executions"][root], "id": key, "namespace": "elsewhere", "trigger": {
                    "id": "t", "type": "io.kestra.plugin.core.flow.Subflow", "variables": {"executionId": parent}}}
                new["logs"]["l" + key] = {**log, "executionId": key}
                self.parents[key] = parent
                family.append(key)
            if number % 4 == 0:
                last = new["executions"][family[-1]]
                new["executions"][family[-1]] = last | {"state": {**last["state"], "current": "RUNNING"}}
                del new["executions"][family[-1]]["state"]["endDate"]
                self.stay.update(family)
            else:
                self.bed.goes.update(family)
        self.bed.goes -= self.stay
        for table, documents in new.items():
            self.database.insert(table, documents)
            world.documents[table].update(documents)
            world.belongs[table].update({key: document["id" if table == "executions" else "executionId"] for key, document in documents.items()})

    def parted(self, now):
        return [f"{child} is there without its parent {parent}" for child, parent in self.parents.items()
                if child in now["executions"] and parent not in now["executions"]]

    def test_families_go_as_a_whole_though_their_rows_lie_on_several_shards(self):
        """A kill in between leaves a family without some of its children, never a child without its parent."""
        cases = Cases(self, "kill -9 in families", f"vitess, {self.shards} shards")

        def one(case):
            self.have_families(case.seed)
            whole = len(self.bed.goes)
            before = self.bed.look()
            run = self.winnow.purge(self.bed.parameters(withChildren=True, batchSize=case.random.randint(2, 30)))
            at = self.database.count() - case.random.randint(1, whole - 20)
            case.what = f"after {len(before['executions']) - at} of {whole}"
            until(lambda: run.poll() is not None or self.database.count() <= at, "batches")
            run.send_signal(signal.SIGKILL)
            run.communicate()
            halfway = self.bed.look()
            case.found(self.bed.broken_now(halfway) + self.parted(halfway))
            again = self.winnow.call("PurgeExecutions", self.bed.parameters(withChildren=True))
            now = self.bed.look()
            case.found([] if again.status == 0 and again.counters["skippedCount"] > 0 else [f"the next run: {again}"])
            case.found(self.bed.broken_now(now) + self.bed.left_over(now) + self.bed.miscounted(halfway, now, again.counters))

        cases.run(3, 100, one)

    def test_a_family_of_which_another_session_holds_one_stays_whole(self):
        """The root, which would be deleted last, on any shard."""
        self.have_families(67)
        held = next(parent for parent in self.parents.values() if parent in self.bed.goes and parent not in self.parents)
        family = {held} | {child for child, parent in self.parents.items() if parent == held}
        with Mysql(self.url) as other:
            other.execute("BEGIN")
            other.execute("SELECT `key` FROM executions WHERE `key` = %s FOR UPDATE", held)
            result = self.winnow.call("PurgeExecutions", self.bed.parameters(withChildren=True))
            now = self.bed.look()
            self.assertLessEqual(family, now["executions"], result)
            self.assertEqual(self.bed.broken_now(now) + self.parted(now), [], result)
            self.assertIn(held, {row["key"] for row in result.json["skipped"]}, result)
        self.assertEqual(self.winnow.call("PurgeExecutions", self.bed.parameters(withChildren=True)).status, 0)
        self.assertEqual(self.bed.left_over(self.bed.look()), [])

    def test_the_doctor_looks_at_a_sample_and_estimates_the_rest(self):
        """A shard returns at most 10,000 rows at once, and reports its own number of rows."""
        self.bed.fill(random.Random(71), 20)
        log = {**next(iter(self.bed.world.documents["logs"].values())), "executionId": "gone"}
        for first in range(0, 14_000, 2_000):
            self.database.insert("logs", {f"lost{number}": {**log, "executionId": f"gone{number}"} for number in range(first, first + 2_000)})
        shards = [row[0].split("/")[1] for row in self.database.rows("SHOW VITESS_SHARDS") if row[0].startswith("kestra/")]
        own = []
        for shard in shards:
            with Mysql(self.url, database=f"kestra:{shard}") as session:
                session.rows("ANALYZE TABLE logs")
                session.execute("SET SESSION information_schema_stats_expiry = 0")
                own.append(session.rows("SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'logs'")[0][0])
        found = next(table for table in self.call(self.winnow, "Doctor", {"sample": 1_000_000})["tables"] if table["table"] == "logs")
        orphans = found["orphans"]
        self.assertIn(found["rows"], [rows * len(shards) for rows in own], f"{own}: {found}")
        self.assertEqual((orphans["rowsLookedAt"], orphans["all"]), (10_000, False), orphans)
        self.assertEqual(orphans["estimated"], int(orphans["found"] * found["rows"] / 10_000), orphans)

    def test_every_task_has_a_plan(self):
        self.bed.fill(random.Random(43), 30)
        for task, parameters in (("ListExecutions", {}), ("ListLogs", {}), ("ListMetrics", {}), ("PurgeExecutions", {"endDate": CUTOFF}),
                                 ("PurgeExecutions", {"endDate": CUTOFF, "keepLast": 2}),
                                 ("PurgeExecutions", {"endDate": CUTOFF, "withChildren": True}), ("PurgeLogs", {"endDate": CUTOFF}),
                                 ("PurgeMetrics", {"endDate": CUTOFF}), ("PurgeOrphans", {}), ("PurgeStorage", {"endDate": CUTOFF}),
                                 ("Doctor", {})):
            planned = finished(self.winnow.start("plan", task, "--params", json.dumps(parameters)))
            self.assertEqual(planned.status, 0, f"{task}: {planned}")

    def test_the_sample_fills_all_shards(self):
        self.bed.fill(random.Random(47), 0)
        made = subprocess.run([BIN / "winnow-sample", "--database", self.url + "?ssl-mode=DISABLED", "--executions", "400"],
                              check=True, capture_output=True, text=True)
        counts = json.loads(made.stdout)
        self.assertEqual({table: self.database.count(table) for table in ("executions", "logs", "metrics")},
                         {table: counts[table] for table in ("executions", "logs", "metrics")})
        purged = self.call(self.winnow, "PurgeExecutions", {"endDate": "2099-01-01T00:00:00Z"})
        self.assertGreater(purged["executionsCount"], 0, purged)
        orphans = self.call(self.winnow, "PurgeOrphans", {"dryRun": True})
        self.assertEqual((orphans["logsCount"], orphans["metricsCount"]), (0, 0), orphans)
