#!/usr/bin/env python3
"""The whole product, as an operator uses it: a Kestra flow purges 100,000 executions on PostgreSQL through the command, with their
200,000 logs, 200,000 metrics and 20,000 files, and leaves the rest alone.

Expects WINNOW_TEST_POSTGRES_URL (a server of the tests' own) and WINNOW_RELEASE_DIR. What must be left is computed here from the
documents, by the contract alone.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
from urllib.parse import urlsplit

# How many there are: a little more than half of them are the flow's to purge.
EXECUTIONS = int(os.environ.get("WINNOW_ACCEPTANCE_EXECUTIONS", "200000"))
MEMORY_LIMIT_KIB = 64 * 1024
TERMINAL = {"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED", "RESUBMITTED"}
NAMESPACE = "company"
END = "2026-09-25T00:00:00.000000Z"
FLOW = f"""
id: housekeeping
namespace: system
tasks:
  - id: purge
    type: io.kestra.plugin.core.execution.PurgeExecutions
    namespace: {NAMESPACE}
    endDate: "{END}"
"""
# Runs a command and writes its peak memory (KiB) to a file. A separate process, because the memory
# of the forking process counts too, and this test holds every document.
MEASURED = """
import os, sys
child = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run(*command, check=True, **kwargs):
    return subprocess.run([str(part) for part in command], check=check, text=True, capture_output=True, **kwargs)


class Purge100k(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="winnow-acceptance.")
        cls.path = pathlib.Path(cls.folder.name)
        cls.release = pathlib.Path(os.environ["WINNOW_RELEASE_DIR"])
        server = urlsplit(os.environ["WINNOW_TEST_POSTGRES_URL"])
        cls.database = f"acceptance_{os.getpid()}"
        cls.environment = dict(os.environ, PGHOST=server.hostname, PGPORT=str(server.port), PGUSER=server.username,
                               PGPASSWORD=server.password, PGDATABASE="postgres", WINNOW_PASSWORD=server.password)
        cls.sql(f"CREATE DATABASE {cls.database}")
        cls.environment["PGDATABASE"] = cls.database
        url = f"postgresql://{server.username}@{server.hostname}:{server.port}/{cls.database}"
        cls.storage = cls.path / "storage"
        cls.storage.mkdir()
        (cls.path / "flow.yaml").write_text(FLOW)
        (cls.path / "winnow.yaml").write_text(
            f"database:\n  url: {url}\n  password: {{env: WINNOW_PASSWORD}}\n"
            f"storage: {{type: local, base-path: {cls.storage}}}\n")
        made = run(cls.release / "winnow-sample", "--database", os.environ["WINNOW_TEST_POSTGRES_URL"].replace(
            "/postgres", f"/{cls.database}"), "--schema", "1.1", "--executions", EXECUTIONS, "--logs", 2, "--metrics", 2,
            "--storage", cls.storage, "--files", EXECUTIONS // 5, "--seed", 7)
        print(made.stdout.strip(), file=sys.stderr)

    @classmethod
    def tearDownClass(cls):
        cls.environment["PGDATABASE"] = "postgres"
        cls.sql(f"DROP DATABASE {cls.database}")
        cls.folder.cleanup()

    @classmethod
    def sql(cls, statement):
        done = run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, env=cls.environment)
        return done.stdout.splitlines()

    def executions(self):
        """What decides, out of the documents alone."""
        return [json.loads(line) for line in self.sql(
            "SELECT jsonb_build_object('id', value->'id', 'tenantId', value->'tenantId', 'namespace', value->'namespace', "
            "'state', value->'state'->'current', 'end', value->'state'->'endDate') FROM executions")]

    def owners(self, table):
        """The number of rows of the table per execution; those of triggers are under the empty string."""
        rows = {}
        for line in self.sql(f"SELECT coalesce(execution_id, ''), count(*) FROM {table} GROUP BY 1"):
            owner, count = line.rsplit("|", 1)
            rows[owner] = int(count)
        return rows

    def files(self):
        """The files of each execution, by the id in their path; a sidecar of metadata does not count as a file."""
        files = {}
        for path in self.storage.rglob("*"):
            found = re.search(r"/executions/([^/]+)/", str(path))
            if found and path.is_file() and path.suffix != ".metadata":
                files[found[1]] = files.get(found[1], 0) + 1
        return files

    def purge(self):
        with open(self.path / "out", "w+b") as out, open(self.path / "err", "w+b") as err:
            finished = subprocess.run(
                [sys.executable, "-c", MEASURED, self.path / "memory",
                 self.release / "winnow", "run", self.path / "flow.yaml", "--config", self.path / "winnow.yaml"],
                stdout=out, stderr=err, env=self.environment, check=False)
        memory = int((self.path / "memory").read_text())
        messages = (self.path / "err").read_text()
        self.assertEqual(finished.returncode, 0, messages)
        print(f"peak resident memory {memory} KiB", file=sys.stderr)
        self.assertLess(memory, MEMORY_LIMIT_KIB)
        self.assertNotIn(self.environment["WINNOW_PASSWORD"], messages)
        return json.loads((self.path / "out").read_text())["purge"]

    def test_purge_takes_its_own_and_leaves_the_rest(self):
        def goes(execution):
            name = execution["namespace"]
            return (execution["tenantId"] == "main"
                    and (name == NAMESPACE or name.startswith(NAMESPACE + "."))
                    and execution["state"] in TERMINAL
                    and (execution["end"] or "9") <= END)

        documents = self.executions()
        gone = {execution["id"] for execution in documents if goes(execution)}
        self.assertGreaterEqual(len(gone), EXECUTIONS // 2, "the sample has too little to purge")
        before = {"logs": self.owners("logs"), "metrics": self.owners("metrics")}
        files = self.files()
        self.assertGreater(sum(files.values()), 0)

        begun = time.monotonic()
        outputs = self.purge()
        print(f"purged in {time.monotonic() - begun:.1f} s: {json.dumps(outputs)}", file=sys.stderr)

        left = {execution["id"] for execution in self.executions()}
        self.assertEqual(left, {execution["id"] for execution in documents} - gone)
        self.assertEqual(outputs["executionsCount"], len(gone))
        for table, counter in (("logs", "logsCount"), ("metrics", "metricsCount")):
            kept = {owner: count for owner, count in before[table].items() if owner not in gone}
            self.assertEqual(self.owners(table), kept)
            self.assertEqual(outputs[counter], sum(before[table].values()) - sum(kept.values()))
        self.assertEqual(self.files(), {owner: count for owner, count in files.items() if owner not in gone})
        self.assertEqual(outputs["storagesCount"], sum(count for owner, count in files.items() if owner in gone))

        again = self.purge()
        self.assertEqual({again[name] for name in ("executionsCount", "logsCount", "metricsCount", "storagesCount")}, {0})


if __name__ == "__main__":
    unittest.main(verbosity=2)
