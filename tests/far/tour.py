"""All that winnow does, once, through some way to a server: what works there is a line of docs/servers.md.

Mixed into a TestCase. `bed` is filled and compared through a session with the server itself, never through the way that is tried.
"""

import json
import pathlib
import random

from world import CUTOFF

EXECUTIONS = 400


class Tour:
    def call(self, winnow, task, parameters, status=0):
        result = winnow.call(task, parameters)
        self.assertEqual(result.status, status, f"{task} {parameters}: {result}")
        return result.json

    def listing(self, winnow, bed):
        """Pages by cursor in order, counts, and a file of all."""
        executions = bed.world.documents["executions"]
        own = {key: document for key, document in executions.items() if document["tenantId"] == "main"}
        for order in ({"orderBy": "startDate", "direction": "asc"}, {"orderBy": "startDate", "direction": "desc"}, {"orderBy": "id"}):
            seen, cursor = [], None
            while True:
                page = self.call(winnow, "ListExecutions", {"size": 60, "columns": ["id"], **order, **({"cursor": cursor} if cursor else {})})
                seen += [row["id"] for row in page["rows"]]
                if not (cursor := page.get("cursor")):
                    break
            self.assertEqual((len(seen), set(seen)), (len(own), set(own)), f"{order}: each execution once")
            if order["orderBy"] == "startDate":
                dates = [executions[key]["state"]["startDate"] for key in seen]
                self.assertEqual(dates, sorted(dates, reverse=order["direction"] == "desc"), f"{order}")
        failed = {key for key, document in own.items() if document["state"]["current"] == "FAILED"}
        found = self.call(winnow, "ListExecutions", {"states": ["FAILED"], "size": 1000, "columns": ["id"]})
        self.assertEqual({row["id"] for row in found["rows"]}, failed)
        team = [document for document in own.values() if (document["namespace"] + ".").startswith("company.team.")]
        self.assertEqual(self.call(winnow, "ListExecutions", {"namespace": "company.team", "fetchType": "NONE"})["size"], len(team))
        stored = self.call(winnow, "ListLogs", {"fetchType": "STORE", "columns": ["executionId"]})
        logs = [document["executionId"] for document in bed.world.documents["logs"].values() if document["tenantId"] == "main"]
        lines = pathlib.Path(stored["uri"].removeprefix("file://")).read_text().splitlines()
        self.assertEqual(sorted(json.loads(line)["executionId"] for line in lines), sorted(logs))

    def plan(self, winnow, bed):
        result = winnow.start("plan", "PurgeExecutions", "--params", json.dumps(bed.parameters()))
        out, err = result.communicate(timeout=180)
        self.assertEqual(result.returncode, 0, out + err)
        self.assertEqual(json.loads(out)["selected"], len(bed.goes))

    def doctor(self, winnow, bed):
        tables = {table["table"]: table for table in self.call(winnow, "Doctor", {})["tables"]}
        self.assertLessEqual({"executions", "logs", "metrics"}, tables.keys())

    def orphans(self, winnow, bed):
        """Rows of missing executions are deleted; nothing else."""
        before = bed.look()
        lost = {f"lost{number}": {**next(iter(bed.world.documents["logs"].values())), "executionId": f"gone{number}"} for number in range(40)}
        bed.database.insert("logs", lost)
        result = self.call(winnow, "PurgeOrphans", {"dryRun": False, "batchSize": 7})
        self.assertEqual(result["logsCount"], len(lost), result)
        self.assertEqual(bed.look(), before)

    def dry_run(self, winnow, bed):
        before = bed.look()
        counted = self.call(winnow, "PurgeExecutions", bed.parameters(dryRun=True))
        self.assertEqual(bed.look(), before)
        self.assertEqual(counted["executionsCount"], len(bed.goes))
        logs = [key for key, identity in bed.world.belongs["logs"].items() if identity in bed.goes]
        self.assertEqual(counted["logsCount"], len(logs))

    def purge_metrics(self, winnow, bed):
        """By date alone, in batches of a few."""
        before = bed.look()
        due = {key for key, document in bed.world.documents["metrics"].items()
               if document["tenantId"] == "main" and document["timestamp"] <= "2026-02-20T00:00:00.000000Z"}
        result = self.call(winnow, "PurgeMetrics", {"endDate": "2026-02-20T00:00:00Z", "batchSize": 9})
        self.assertEqual(result["count"], len(due))
        self.assertEqual(bed.look()["metrics"], before["metrics"] - due)
        for key in due:
            del bed.world.documents["metrics"][key], bed.world.belongs["metrics"][key]

    def purge(self, winnow, bed):
        before = bed.look()
        result = self.call(winnow, "PurgeExecutions", bed.parameters(batchSize=40))
        now = bed.look()
        self.assertEqual(bed.broken_now(now) + bed.left_over(now) + bed.miscounted(before, now, result), [])
        again = self.call(winnow, "PurgeExecutions", bed.parameters())
        self.assertEqual(again["executionsCount"], 0)

    def tour(self, winnow, bed, seed=7):
        bed.fill(random.Random(seed), EXECUTIONS)
        for stop in (self.doctor, self.listing, self.plan, self.dry_run, self.orphans, self.purge_metrics, self.purge):
            with self.subTest(stop.__name__):
                stop(winnow, bed)
