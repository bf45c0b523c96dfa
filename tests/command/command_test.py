#!/usr/bin/env python3
"""The command from outside, with the real library: its verbs, exit statuses, and where it looks for settings."""

import ctypes
import errno
import json
import os
import pathlib
import signal
import sqlite3
import struct
import subprocess
import unittest

from bed import BIN, LONG_AGO, CommandTest, PostgresServer, SilentServer

PURGE = json.dumps({"endDate": LONG_AGO})


class Verbs(CommandTest):
    def test_tasks_lists_every_task_with_its_aliases(self):
        tasks = {task["name"]: task for task in self.winnow("tasks").json["tasks"]}
        self.assertLessEqual({"ListExecutions", "ListLogs", "ListMetrics", "PurgeExecutions", "PurgeLogs", "PurgeMetrics"},
                             tasks.keys())
        self.assertIn("io.kestra.plugin.core.execution.PurgeExecutions", tasks["PurgeExecutions"]["aliases"])

    def test_describe_prints_a_schema_by_name_and_by_alias(self):
        by_name = self.winnow("describe", "PurgeExecutions")
        self.assertEqual(by_name.status, 0)
        self.assertEqual(by_name.json["parameters"]["required"], ["endDate"])
        self.assertEqual(self.winnow("describe", "io.kestra.plugin.core.execution.PurgeExecutions").out, by_name.out)

    def test_call_pages_by_cursor_until_everything_was_seen(self):
        seen, cursor = [], None
        while True:
            parameters = {"size": 100, "columns": ["id"], "deleted": True} | ({"cursor": cursor} if cursor else {})
            page = self.winnow("call", "ListExecutions", "--params", json.dumps(parameters)).json
            seen += [row["id"] for row in page["rows"]]
            cursor = page.get("cursor")
            if not cursor:
                break
        expected = {row[0] for row in self.sql("SELECT key FROM executions WHERE tenant_id = 'main'")}
        self.assertEqual(len(seen), len(expected))
        self.assertEqual(set(seen), expected)

    def test_call_takes_parameters_from_a_file_of_json_or_yaml(self):
        for name, text in (("p.json", '{"size": 1}'), ("p.yaml", "size: 1\n")):
            path = self.write(name, text)
            self.assertEqual(len(self.winnow("call", "ListExecutions", "--params", f"@{path}").json["rows"]), 1)

    def test_plan_says_what_would_go_and_changes_nothing(self):
        before = (self.path / "kestra.db").read_bytes()
        plan = self.winnow("plan", "PurgeExecutions", "--params", PURGE).json
        self.assertEqual((self.path / "kestra.db").read_bytes(), before)
        gone = self.winnow("call", "PurgeExecutions", "--params", PURGE).json["executionsCount"]
        self.assertEqual(plan["selected"], gone)
        self.assertGreater(gone, 0)

    def test_store_writes_json_lines_where_the_operator_says(self):
        (self.path / "out").mkdir()
        self.configure(f"store-directory: {self.path}/out\n")
        stored = self.winnow("call", "ListLogs", "--params", '{"fetchType": "STORE"}').json
        path = pathlib.Path(stored["uri"].removeprefix("file://"))
        self.assertEqual(path.parent, self.path / "out")
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertEqual(len(rows), stored["size"])


class Families(CommandTest):
    """The sample's subflow executions, for who tries withChildren."""

    sample_options = ("--subflows",)

    def children(self, whose=""):
        return self.sql("SELECT count(*) FROM executions WHERE json_extract(value, '$.trigger.type') LIKE '%.flow.Subflow' AND "
                        f"json_extract(value, '$.trigger.variables.executionId') {whose} IN (SELECT key FROM executions)")[0][0]

    def test_the_samples_families_are_listed_and_go_whole(self):
        self.assertEqual((self.children(), self.children("NOT")), (90, 0))
        purge = {"endDate": LONG_AGO, "withChildren": True}
        listed = self.winnow("call", "ListExecutions", "--params", json.dumps({**purge, "deleted": True, "size": 300})).json["rows"]
        self.assertEqual({row["childrenCount"] for row in listed}, {0, 3})
        self.assertTrue(any(row["stays"] for row in listed))
        going = sum(1 + row["childrenCount"] for row in listed if not row["stays"])
        before = self.count()
        result = self.winnow("call", "PurgeExecutions", "--params", json.dumps(purge)).json
        self.assertGreater(result["skippedCount"], 0)
        self.assertEqual((result["executionsCount"], before - self.count()), (going, going))
        self.assertEqual(self.children("NOT"), 0)


class ExitStatuses(CommandTest):
    def assert_refused(self, answer, status, code, *parts):
        self.assertEqual((answer.status, answer.error["code"]), (status, code), answer.out + answer.err)
        for part in parts:
            self.assertIn(part, answer.error["message"])
        self.assertIn(f"ERROR {code}: ", answer.err)
        self.assertEqual(len(answer.out.splitlines()), 1, "stdout is one JSON object")

    def test_1_when_a_task_failed(self):
        ended = {row[0] for row in self.sql("SELECT key FROM executions WHERE state_current = 'SUCCESS'")}
        folder = next(path for path in (self.path / "storage/main").rglob("executions/*") if path.name in ended)
        elsewhere = self.path / "elsewhere"
        folder.rename(elsewhere)
        folder.symlink_to(elsewhere)
        answer = self.winnow("call", "PurgeExecutions", "--params", '{"endDate": "2030-01-01T00:00:00Z"}')
        self.assert_refused(answer, 1, "STORAGE", folder.name)
        self.assertTrue(any(elsewhere.rglob("*")), "what a link leads to stays")
        self.assertEqual(self.sql(f"SELECT count(*) FROM executions WHERE key = '{folder.name}'"), [(1,)])

    def test_2_for_an_unknown_task_and_a_wrong_parameter(self):
        self.assert_refused(self.winnow("call", "PurgeExecution"), 2, "UNKNOWN_TASK", 'did you mean "PurgeExecutions"')
        self.assert_refused(self.winnow("call", "PurgeExecutions"), 2, "INVALID_PARAMETER", "endDate")
        wrong = self.winnow("call", "ListLogs", "--params", '{"size": "x"}')
        self.assert_refused(wrong, 2, "INVALID_PARAMETER", "/size: expected an integer from 1 to")
        self.assertEqual(wrong.error["pointer"], "/size")
        self.assert_refused(self.winnow("run", "nowhere.yaml"), 2, "INVALID_PARAMETER", "nowhere.yaml")

    def test_3_for_a_configuration_that_is_wrong_or_missing(self):
        self.configure("polcy: {}\n")
        self.assert_refused(self.winnow("tasks"), 3, "CONFIGURATION", "winnow.yaml:3: /polcy", 'did you mean "policy"')
        (self.path / "winnow.yaml").unlink()
        self.assert_refused(self.winnow("--config", "none.yaml", "tasks"), 3, "CONFIGURATION", "none.yaml")
        self.assert_refused(self.winnow("call", "ListLogs"), 3, "CONFIGURATION", "No database is configured")

    def test_3_names_the_option_that_is_wrong_and_not_the_configuration(self):
        for option, value, expected in (("--database", "oracle://db", "--database: the database URL can't be used"),
                                        ("--kestra", "none.yml", '--kestra: the file "none.yml" can\'t be read'),
                                        ("--storage", "none", "--storage none: ")):
            with self.subTest(option=option):
                if option == "--kestra":  # it is refused because the file names a database too
                    (self.path / "winnow.yaml").unlink()
                answer = self.winnow(option, value, "tasks")
                self.assert_refused(answer, 3, "CONFIGURATION")
                self.assertTrue(answer.error["message"].startswith(expected), answer.error["message"])

    def test_2_for_a_list_of_files_that_names_none(self):
        self.assert_refused(self.winnow("--kestra", ",", "tasks"), 2, "INVALID_ARGUMENT", '--kestra: "," names no file')

    def test_3_for_a_database_that_is_not_kestras(self):
        sqlite3.connect(self.path / "empty.db").execute("CREATE TABLE t (a)")
        self.assert_refused(self.winnow("--database", f"sqlite:{self.path}/empty.db", "call", "ListLogs"),
                            3, "SCHEMA", "no table `logs`")

    def test_4_when_the_policy_refuses(self):
        self.configure("policy: {max-executions: 5, allow: [company.team]}\n")
        before = self.count()
        self.assert_refused(self.winnow("call", "PurgeExecutions", "--params", PURGE), 4, "LIMIT",
                            "more than 5 executions", "policy.max-executions")
        denied = json.dumps({"endDate": LONG_AGO, "namespace": "system"})
        self.assert_refused(self.winnow("call", "PurgeExecutions", "--params", denied), 4, "DENIED", "system")
        self.assertEqual(self.count(), before)

    def test_130_when_it_is_interrupted(self):
        self.flow(f"  - {{id: purge, type: PurgeExecutions, endDate: '{LONG_AGO}'}}\n")
        self.write("winnow.yaml", f"database: {{url: 'sqlite:{self.path}/kestra.db', lock-timeout: 600000}}\n"
                                  "storage: {type: none}\n")
        holder = sqlite3.connect(self.path / "kestra.db", isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        process = self.start("run", "flow.yaml")
        try:
            while "purge: begins" not in process.stderr.readline():
                self.assertIsNone(process.poll())
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        finally:
            holder.execute("ROLLBACK")
            holder.close()
        self.assertEqual(process.returncode, 130)
        self.assertEqual(json.loads(out)["error"]["code"], "CANCELLED")
        self.assertEqual(json.loads(out)["error"]["task"], "purge")


class Settings(CommandTest):
    def test_the_configuration_is_the_option_then_the_variable_then_the_folders(self):
        self.write("broken.yaml", "nonsense: 1\n")
        self.assertEqual(self.winnow("tasks").status, 0)
        self.assertIn("broken.yaml:1", self.winnow("tasks", WINNOW_CONFIG="broken.yaml").error["message"])
        self.assertEqual(self.winnow("--config", "winnow.yaml", "tasks", WINNOW_CONFIG="broken.yaml").status, 0)

    def test_options_lie_over_the_configuration(self):
        os.rename(self.path / "kestra.db", self.path / "other.db")
        answer = self.winnow("--database", "sqlite:other.db", "--storage", "storage", "call", "PurgeExecutions", "--params", PURGE)
        self.assertEqual(answer.status, 0, answer.out)
        self.assertGreater(answer.json["storagesCount"], 0)

    def test_a_listing_of_the_operators_own_is_a_file(self):
        (self.path / "manifests").mkdir()
        self.configure(f"manifests: [{self.path}/manifests]\n")
        self.write("manifests/ListQueued.yaml", "name: ListQueued\nengine: listing\ntitle: t\ndescription: d\n"
                   "table: execution_queued\ntenant: tenant_id\nnamespace: namespace\norder: {columns: [id]}\n"
                   "columns: {id: {column: key}, flowId: {column: flow_id}}\n")
        answer = self.winnow("call", "ListQueued", "--params", '{"fetchType": "NONE"}')
        self.assertEqual(answer.json["size"],
                         self.sql("SELECT count(*) FROM execution_queued WHERE tenant_id = 'main'")[0][0])
        self.write("manifests/ListWrong.yaml", "name: ListWrong\nengine: listing\ntitle: t\n")
        refused = self.winnow("tasks")
        self.assertEqual(refused.status, 3)
        self.assertRegex(refused.error["message"], r"ListWrong\.yaml:1: .*description")


class Unreachable(CommandTest):
    def refuse(self, port):
        self.write("winnow.yaml", f"database: {{url: 'postgresql://k@127.0.0.1:{port}/k', connect-timeout: 400}}\n")
        answer = self.winnow("call", "ListLogs")
        self.assertEqual((answer.status, answer.error["code"]), (3, "UNAVAILABLE"), answer.out)
        self.assertIn(f"127.0.0.1:{port}/k", answer.error["message"])
        self.assertTrue(answer.error["retryable"])
        return answer.error["message"]

    def test_a_port_without_a_server_is_an_error_at_once(self):
        with SilentServer() as server:
            port = server.port
        self.assertIn("refused", self.refuse(port))

    def test_a_server_that_never_answers_is_given_up_after_the_connect_timeout(self):
        with SilentServer() as server:
            self.assertIn("did not answer within 400 ms", self.refuse(server.port))

    def test_a_port_that_swallows_connections_is_given_up_after_the_connect_timeout(self):
        with SilentServer(full=True) as server:
            self.assertIn("did not answer within 400 ms", self.refuse(server.port))


class KestrasConfiguration(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = PostgresServer(cls)

    def test_database_and_storage_come_from_its_application_yml(self):
        server = self.server
        self.write("application.yml", f"""\
datasources:
  postgres:
    url: ${{KDB_URL:jdbc:postgresql://{server.host}:{server.port}/{server.database}}}
    driverClassName: org.postgresql.Driver
    username: ${{KDB_USER:{server.user}}}
    password: ${{KDB_PASSWORD}}
kestra:
  repository: {{type: postgres}}
  queue: {{type: postgres}}
  storage: {{type: local, local: {{base-path: "${{KESTRA_STORAGE:{self.path}/storage}}"}}}}
""")
        (self.path / "winnow.yaml").unlink()
        unset = self.winnow("--kestra", "application.yml", "tasks")
        self.assertEqual(unset.status, 3)
        self.assertIn('application.yml:6: datasources.postgres.password: the environment variable "KDB_PASSWORD"',
                      unset.error["message"])
        self.write("winnow.yaml", "kestra: application.yml\n")
        for words in (("--kestra", "application.yml"), ()):
            answer = self.winnow(*words, "call", "ListExecutions", "--params", '{"fetchType": "NONE"}',
                                 KDB_PASSWORD=server.password)
            self.assertEqual(answer.status, 0, answer.out)
            self.assertEqual([str(answer.json["size"])], server.psql(
                "SELECT count(*) FROM executions WHERE tenant_id = 'main' AND NOT deleted"))


def without_openat2():
    """For a child: openat2 behaves as in kernels before 5.6 (by a seccomp filter)."""
    load, jump_if_equal, give = 0x20, 0x15, 0x06  # of the number of the call
    openat2, no_such_call, allow = 437, 0x00050000 | errno.ENOSYS, 0x7FFF0000
    steps = struct.pack("HBBI" * 4, load, 0, 0, 0, jump_if_equal, 0, 1, openat2, give, 0, 0, no_such_call, give, 0, 0, allow)
    held = ctypes.create_string_buffer(steps)
    program = struct.pack("HP", 4, ctypes.addressof(held))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    no_new_privileges, filter_calls = 38, 22
    if prctl(no_new_privileges, 1, 0, 0, 0) != 0 or prctl(filter_calls, 2, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no filter of calls")


class Mounts(CommandTest):
    """A mount inside an execution's folder does not belong to the execution."""

    def test_keeps_its_files_and_the_execution_is_named(self):
        key = self.sql("SELECT key FROM executions WHERE tenant_id = 'main' AND state_current = 'SUCCESS' AND NOT deleted "
                       f"AND end_date < '{LONG_AGO}' ORDER BY key")[0][0]
        self.winnow("call", "PurgeExecutions", "--params", json.dumps({"endDate": LONG_AGO, "executionId": {"not": key}}))
        parts = self.sql(f"SELECT namespace FROM executions WHERE key = '{key}'")[0][0].split(".")
        other = self.path / "other"
        other.mkdir()
        (other / "precious").touch()
        # The sample's flows have other folders: an execution of a flow whose name is its folder.
        self.change("UPDATE executions SET value = json_set(value, '$.flowId', 'flow') WHERE key = ?", key)
        folder = self.path.joinpath("storage", "main", *parts, "flow", "executions", key)
        (folder / "inside").mkdir(parents=True)
        unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user", "--user"])]
        if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("mounting needs root, or namespaces of users")
        purge = f"{BIN}/winnow -q call PurgeExecutions --params '" + json.dumps({"endDate": LONG_AGO}) + "'"
        for place, filtered in ((folder / "inside", None), (folder, None), (folder / "inside", without_openat2)):
            with self.subTest(place=place, filtered=filtered):
                done = subprocess.run([*unshare, "sh", "-c", f"mount --bind {other} {place} && {purge}"], cwd=self.path, text=True,
                                      capture_output=True, env=self.environment(), preexec_fn=filtered)
                error = json.loads(done.stdout)["error"]
                self.assertEqual(error["code"], "STORAGE", done.stdout)
                self.assertIn(f"{place} is a mount point", error["message"])
                self.assertTrue((other / "precious").exists())
                look = purge.replace("PurgeExecutions", "PurgeStorage")
                done = subprocess.run([*unshare, "sh", "-c", f"mount --bind {other} {place} && {look}"], cwd=self.path, text=True,
                                      capture_output=True, env=self.environment())
                self.assertGreater(json.loads(done.stdout)["scannedCount"], 0, done.stdout)
        self.assertEqual(self.winnow("call", "PurgeExecutions", "--params", json.dumps({"endDate": LONG_AGO})).json["executionsCount"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
