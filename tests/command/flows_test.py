#!/usr/bin/env python3
"""Flows by the command from outside, with the real library: what their tasks do and what is said of those that can't run."""

import json
import os
import subprocess
import unittest

from bed import BIN, LONG_AGO, CommandTest

CLASS = "io.kestra.plugin.core.execution.PurgeExecutions"


class Flows(CommandTest):
    def test_inputs_variables_and_outputs_reach_the_tasks_after_them(self):
        self.flow("""\
  - {id: count, type: ListExecutions, fetchType: NONE, namespace: "{{ inputs.namespace }}", flowId: "{{ vars.flow }}"}
  - {id: page, type: ListExecutions, namespace: "{{ inputs.namespace }}", size: "{{ max(outputs.count.size, 1) }}", flowId: "{{ vars.flow }}"}
""", """\
variables: {flow: nightly}
inputs:
  - {id: namespace, type: STRING, defaults: company.team}
outputs:
  - {id: found, type: INT, value: "{{ outputs.count.size }}"}
""")
        for words, namespace in (((), "company.team"), (("--input", "namespace=Company.Team"), "Company.Team")):
            answer = self.winnow("run", "flow.yaml", *words)
            self.assertEqual(answer.status, 0, answer.err)
            expected = self.sql("SELECT count(*) FROM executions WHERE tenant_id = 'main' AND NOT deleted "
                                f"AND namespace = '{namespace}' AND flow_id = 'nightly'")[0][0]
            self.assertEqual(answer.json["count"]["size"], expected)
            self.assertEqual(answer.json["outputs"], {"found": expected})
            self.assertEqual({row["namespace"] for row in answer.json["page"]["rows"]},
                             {namespace} if expected else set())

    def test_a_task_type_that_is_unknown_stops_the_flow_before_its_first_task(self):
        self.flow(f"  - {{id: purge, type: PurgeExecutions, endDate: '{LONG_AGO}'}}\n"
                  "  - {id: mail, type: io.kestra.plugin.notifications.mail.MailSend}\n")
        before = self.count()
        answer = self.winnow("run", "flow.yaml")
        self.assertEqual((answer.status, answer.error["code"]), (2, "UNKNOWN_TASK"))
        self.assertIn("flow.yaml:5: ", answer.error["message"])
        self.assertEqual(self.count(), before)
        self.assertNotIn("begins", answer.err)

    def test_the_classes_of_the_kestra_plugin_are_its_tasks(self):
        self.flow("  - {id: list, type: io.winnow.kestra.ListExecutions, size: 1}\n")
        answer = self.winnow("run", "flow.yaml")
        self.assertEqual((answer.status, answer.json["list"]["size"]), (0, 1), answer.err)

    def test_a_dry_run_counts_what_the_run_then_removes(self):
        self.flow(f"  - {{id: purge, type: io.kestra.plugin.core.execution.PurgeExecutions, endDate: '{LONG_AGO}'}}\n")
        before = self.count()
        dry = self.winnow("run", "flow.yaml", "--dry-run").json["purge"]
        self.assertEqual(self.count(), before)
        done = self.winnow("run", "flow.yaml").json["purge"]
        self.assertGreater(done["executionsCount"], 0)
        counters = [name for name in done if name.endswith("Count")]
        self.assertEqual({name: dry[name] for name in counters}, {name: done[name] for name in counters})
        self.assertEqual(self.count(), before - done["executionsCount"])
        again = self.winnow("run", "flow.yaml").json["purge"]
        self.assertEqual({again[name] for name in counters}, {0})

    def test_what_earlier_tasks_did_is_reported_when_a_later_one_fails(self):
        self.flow(f"  - {{id: list, type: ListExecutions, size: 1}}\n"
                  f"  - {{id: purge, type: PurgeExecutions, endDate: '{LONG_AGO}'}}\n")
        self.configure("policy: {max-executions: 5}\n")
        answer = self.winnow("run", "flow.yaml")
        self.assertEqual((answer.status, answer.error["task"], answer.error["code"]), (4, "purge", "LIMIT"))
        self.assertEqual(answer.json["list"]["size"], 1)


class Defaults(CommandTest):
    """pluginDefaults reach the task: what is purged is what they say."""

    def purge(self, defaults, task="", name=CLASS):
        self.flow(f"  - {{id: purge, type: {name}, endDate: '{LONG_AGO}'{task}}}\n", f"pluginDefaults:\n{defaults}")
        answer = self.winnow("run", "flow.yaml", "--dry-run")
        self.assertEqual(answer.status, 0, answer.out)
        return answer

    def counts(self, *arguments):
        return self.purge(*arguments).json["purge"]["executionsCount"]

    def expected(self, *states):
        listed = json.dumps({"states": states, "endDateTo": LONG_AGO, "deleted": True, "fetchType": "NONE"})
        return self.winnow("call", "ListExecutions", "--params", listed).json["size"]

    def test_by_type_alias_prefix_and_winnows_own_name(self):
        every = self.counts("  []\n")
        failed = self.counts("  []\n", ", states: [FAILED]")
        self.assertTrue(0 < failed < every)
        for name in (CLASS, "io.kestra.plugin.core.storage.Purge", "io.kestra.core.tasks.storages.Purge", "io.kestra",
                     "io.kestra.plugin.core", "PurgeExecutions"):
            with self.subTest(type=name):
                self.assertEqual(self.counts(f"  - {{type: {name}, values: {{states: [FAILED]}}}}\n"), failed)
        for name in ("io.kestra.plugin.core.log.PurgeLogs", "io.kestra.plugin.scripts", "PurgeLogs", "ListExecutions"):
            with self.subTest(type=name):
                answer = self.purge(f"  - {{type: {name}, values: {{states: [FAILED]}}}}\n")
                self.assertEqual(answer.json["purge"]["executionsCount"], every)
                self.assertIn(f"WARN  pluginDefaults of type '{name}' are for no task of this flow", answer.err)

    def test_for_all_names_of_a_task(self):
        failed = self.counts("  []\n", ", states: [FAILED]")
        for name in ("PurgeExecutions", "io.winnow.kestra.PurgeExecutions", "io.kestra.plugin.core.storage.Purge"):
            with self.subTest(type=name):
                self.assertEqual(self.counts(f"  - {{type: {name}, values: {{states: [FAILED]}}}}\n", "", name), failed)

    def test_forced_or_not(self):
        success, failed = (self.counts("  []\n", f", states: [{state}]") for state in ("SUCCESS", "FAILED"))
        both = self.counts("  []\n", ", states: [SUCCESS, FAILED]")
        default = f"  - {{type: {CLASS}, FORCED values: {{states: [SUCCESS]}}}}\n"
        for forced in ("", "forced: true,"):
            self.assertEqual(self.counts(default.replace("FORCED", forced), ", states: [FAILED]"), both, "lists are united")
        self.assertEqual(success + failed, both)
        files = f"  - {{type: {CLASS}, FORCED values: {{purgeStorage: false}}}}\n"
        for forced, gone in (("", True), ("forced: false,", True), ("forced: true,", False)):
            done = self.purge(files.replace("FORCED", forced), ", purgeStorage: true").json["purge"]
            self.assertEqual(done["storagesCount"] > 0, gone, forced)

    def test_with_expressions_inputs_and_earlier_outputs(self):
        self.flow("""\
  - {id: count, type: ListExecutions, fetchType: NONE}
  - {id: purge, type: PurgeExecutions}
""", """\
inputs: [{id: end, type: DATETIME, defaults: '2026-10-01T00:00:00Z'}]
pluginDefaults:
  - type: PurgeExecutions
    values: {endDate: "{{ inputs.end }}", batchSize: "{{ min(outputs.count.size, 7) }}", dryRun: true}
""")
        answer = self.winnow("run", "flow.yaml")
        self.assertEqual((answer.status, answer.json["purge"]["dryRun"]), (0, True), answer.out)

    def test_a_forced_dry_run_deletes_nothing(self):
        before = self.count()
        self.flow(f"  - {{id: purge, type: {CLASS}, endDate: '{LONG_AGO}', dryRun: false}}\n",
                  "pluginDefaults: [{type: io.kestra, forced: true, values: {dryRun: true}}]\n")
        self.assertEqual(self.winnow("run", "flow.yaml").status, 0)
        self.assertEqual(self.count(), before)


class Results(CommandTest):
    def test_a_result_is_printed_as_the_library_wrote_it(self):
        """In the same bytes, whether it is a call's or a task's of a flow."""
        parameters = {"size": 20, "columns": ["id", "value"]}
        self.flow(f"  - {{id: list, type: ListExecutions, size: 20, columns: [id, value]}}\n")
        called = self.winnow("call", "ListExecutions", "--params", json.dumps(parameters)).out
        self.assertEqual(self.winnow("run", "flow.yaml").out, '{"list":' + called.rstrip() + "}\n")

    def test_a_part_of_a_result_is_what_a_later_task_gets(self):
        self.flow("""\
  - {id: list, type: ListExecutions, size: 3, columns: [id, flowId]}
  - {id: logs, type: ListLogs, fetchType: NONE, executionId: "{{ outputs.list.rows[1].id }}"}
""", """\
outputs:
  - {id: id, type: STRING, value: "{{ outputs['list']['rows'][1]['id'] }}"}
  - {id: all, type: JSON, value: "{{ outputs[outputs.list.size == 3 ? 'list' : 'logs'].rows | length }}"}
""")
        result = self.winnow("run", "flow.yaml").json
        self.assertEqual(result["outputs"], {"id": result["list"]["rows"][1]["id"], "all": 3})
        self.assertEqual(result["logs"]["size"], 2)


class Zones(CommandTest):
    """A machine without the tz database: its zone can't be known, and UTC would be another date than Kestra's."""

    def run_without_zones(self, **environment):
        self.flow(f"  - {{id: list, type: ListExecutions, fetchType: NONE}}\n",
                  "outputs: [{id: day, type: STRING, value: \"{{ '2026-03-31' | date }}\"}]\n")
        unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user", "--user"])]
        return subprocess.run([*unshare, "sh", "-c", f"mount -t tmpfs none /usr/share/zoneinfo && exec {BIN}/winnow run flow.yaml"],
                              cwd=self.path, text=True, capture_output=True, env=self.environment(**environment))

    def test_the_database_that_is_missing_is_named(self):
        for environment in ({}, {"TZ": "Europe/Paris"}, {"TZ": ":America/New_York"}):
            with self.subTest(environment=environment):
                done = self.run_without_zones(**environment)
                error = json.loads(done.stdout)["error"]
                self.assertIn("the tz database in /usr/share/zoneinfo", error["message"])
                self.assertIn("install the package tzdata, or set TZ=UTC", error["message"])

    def test_a_zone_that_needs_no_database_serves(self):
        for zone, expected in (("UTC", "Z"), ("", "Z"), ("Z", "Z"), ("+02:00", "+02:00")):
            with self.subTest(zone=zone):
                done = self.run_without_zones(TZ=zone)
                self.assertEqual(json.loads(done.stdout)["outputs"], {"day": f"2026-03-31T00:00:00.000000{expected}"}, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
