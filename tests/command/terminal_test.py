#!/usr/bin/env python3
"""The command in terminals of every width: what a person sees there, and what a pipe gets."""

import json
import re
import unittest

from bed import BIN, LONG_AGO, CommandTest
from terminal import Terminal
from wcwidth import wcswidth

WIDTHS = (20, 40, 80, 200)
DRY_RUN = json.dumps({"endDate": LONG_AGO, "dryRun": True})
FEW = '{"size": 10}'
RULES = json.dumps({"dryRun": True, "otherwise": {"keep": {"age": "P1D"}},
                    "rules": [{"match": {"namespace": "company.**"}, "keep": {"age": "P1D", "last": 3}}]})
BOLD, RED = "\x1b[1m", "\x1b[31m"


class TerminalTest(CommandTest):
    def open(self, *words, columns=80, out=None, err=None, **environment):
        return Terminal((BIN / "winnow", *words), columns, self.path, self.environment(**environment), out, err)

    def seen(self, *words, columns=80, status=0, **environment):
        """The screen's lines after the command has ended; none was too long for the terminal."""
        terminal = self.open(*words, columns=columns, **environment)
        self.assertEqual(terminal.finish(), status, terminal.lines)
        self.assertEqual(terminal.wrapped, 0, terminal.lines)
        return terminal.lines


class Tables(TerminalTest):
    def test_every_result_fits_terminals_of_all_widths(self):
        execution = self.winnow("call", "ListExecutions", "--params", '{"size": 1}').json["rows"][0]["id"]
        for words in (("tasks",), ("describe",), ("describe", "PurgeExecutions"), ("doctor",), ("plan", "PurgeLogs", "--params", DRY_RUN),
                      ("plan", "ApplyRetention", "--params", RULES), ("call", "ListExecutions", "--params", FEW), ("call", "ListLogs", "--params", FEW),
                      ("call", "PurgeExecutions", "--params", DRY_RUN), ("call", "ApplyRetention", "--params", RULES),
                      ("explain", execution, "--params", RULES.replace('"dryRun": true, ', ""))):
            for columns in WIDTHS:
                with self.subTest(command=words, columns=columns):
                    self.assertGreater(len(self.seen(*words, "--quiet", columns=columns)), 3)

    def test_a_wide_terminal_shows_all_and_numbers_to_the_right(self):
        lines = self.seen("call", "ListExecutions", "--params", '{"size": 50}', "--quiet", columns=200)
        rows = self.winnow("call", "ListExecutions", "--params", '{"size": 50}').json["rows"]
        self.assertEqual(lines[0].split(), list(rows[0]))
        for row, line in zip(rows, lines[1:]):
            for value in row.values():
                self.assertIn(str(value).rstrip() if value is not None else "-", line)
        counts = self.winnow("call", "PurgeExecutions", "--params", DRY_RUN).json
        lines = self.seen("call", "PurgeExecutions", "--params", DRY_RUN, "--quiet")
        dry_run = [line.startswith("dry run") for line in lines].index(True)
        self.assertEqual(lines[0].split(), ["executions", str(counts["executionsCount"])])
        self.assertEqual(len({len(line) for line in lines[:dry_run]}), 1, lines)
        self.assertRegex(lines[dry_run], r"^dry run +true$")
        self.assertRegex(lines[-1], r"^cutoff +" + counts["cutoff"] + "$")

    def test_a_plan_of_rules_has_their_counts_first_and_names_as_they_are(self):
        plan = self.winnow("plan", "ApplyRetention", "--params", RULES).json
        self.assertIn("Company.Team", plan["namespaces"])
        lines = self.seen("plan", "ApplyRetention", "--params", RULES, "--quiet", columns=100)
        for name, rows in plan["namespaces"].items():
            self.assertTrue(any(re.fullmatch(re.escape(name) + f" +{rows:,}", line) for line in lines), name)
        for rule in plan["rules"]:
            row, = (line for line in lines if line.startswith(rule["rule"] + "  ") and "PurgeExecutions" in line)
            self.assertRegex(row, rf" \S+\.\d{{6}}Z +{rule['selected']:,}$")
            self.assertIn(f"{rule['rule']}, statements", lines)
        self.assertIn("server    " + plan["server"], lines)
        self.assertNotIn("SELECT", "".join(lines))

    def test_columns_of_wide_characters_stand_below_each_other(self):
        self.change("UPDATE executions SET value = json_set(value, '$.flowId', '日本の流れ') "
                        "WHERE key IN (SELECT key FROM executions WHERE deleted = 0 ORDER BY end_date DESC LIMIT 150)")
        listing = json.dumps({"size": 200, "columns": ["flowId", "state"]})
        lines = self.seen("call", "ListExecutions", "--params", listing, "--quiet", columns=40)
        begins = lines[0].index("state")
        states = {row["state"] for row in self.winnow("call", "ListExecutions", "--params", listing).json["rows"]}
        rows = [line for line in lines[1:] if line.split()[-1:] and line.split()[-1] in states]
        self.assertTrue(any("日本の流れ" in line for line in rows))
        for line in rows:  # an emulator's line has an empty string behind a wide character
            self.assertEqual(wcswidth(line[:line.rindex(line.split()[-1])]), begins, line)

    def test_a_narrow_terminal_elides_names_and_keeps_numbers(self):
        name = "company." + "n" * 100
        self.change("UPDATE metrics SET value = json_set(value, '$.namespace', ?)", name)
        listing = json.dumps({"size": 3, "columns": ["namespace", "name", "value"]})
        lines = self.seen("call", "ListMetrics", "--params", listing, "--quiet", columns=60)
        for row, line in zip(self.winnow("call", "ListMetrics", "--params", listing).json["rows"], lines[1:]):
            self.assertRegex(line, r"^company\.n+…  ")
            self.assertTrue(line.endswith(f" {json.dumps(row['value'])}"), (row, line))

    def test_a_flow_shows_the_result_of_each_task_under_its_name(self):
        self.flow(f"  - {{id: list, type: ListExecutions, size: 2}}\n  - {{id: purge, type: PurgeLogs, endDate: '{LONG_AGO}'}}\n")
        lines = self.seen("run", "flow.yaml", "--quiet")
        self.assertEqual(lines[0], "list")
        self.assertLess(lines.index("list"), lines.index("purge"))

    def test_the_width_is_the_terminals_then_that_of_columns_then_80(self):
        self.assertEqual(self.widest(columns=50, COLUMNS="30"), 50)
        self.assertEqual(self.widest(columns=0, COLUMNS="30"), 30)
        for nonsense in ("", "0", "-3", "wide"):
            self.assertEqual(self.widest(columns=0, COLUMNS=nonsense), 80)

    def widest(self, columns, **environment):
        """Of a value too long for any of them: a listing's cursor."""
        terminal = self.open("call", "ListExecutions", "--params", '{"size": 1}', "--quiet", columns=columns, **environment)
        self.assertEqual(terminal.finish(), 0)
        return max(len(line) for line in terminal.lines)


class Colours(TerminalTest):
    def raw(self, *words, status=0, **environment):
        terminal = self.open(*words, **environment)
        self.assertEqual(terminal.finish(), status)
        return terminal.raw.decode()

    def test_heads_are_bold_and_errors_red(self):
        self.assertIn(BOLD, self.raw("tasks"))
        self.assertIn(RED, self.raw("call", "Nothing", status=2))

    def test_no_color_of_any_value_and_a_dumb_terminal_have_none(self):
        for environment in ({"NO_COLOR": "1"}, {"NO_COLOR": "false"}, {"TERM": "dumb"}):
            with self.subTest(**environment):
                self.assertNotIn("\x1b", self.raw("tasks", **environment))
                self.assertNotIn("\x1b[31m", self.raw("call", "Nothing", status=2, **environment))
        self.assertIn(BOLD, self.raw("tasks", NO_COLOR=""), "set to nothing is not set")


class Bar(TerminalTest):
    """A library that works until it is told to stop: 1,000 rows a second, of 1,000,000, with 40 % done."""

    STUB = BIN / "tests/hosts/cli/winnow_stub.so"

    def busy(self, columns=80, stub="busy", **more):
        return self.open("call", "PurgeExecutions", columns=columns, WINNOW_LIBRARY=str(self.STUB), STUB=stub, **more)

    @staticmethod
    def bars(lines):
        return [line for line in lines if "%" in line]

    def test_it_shows_share_speed_and_time_left(self):
        terminal = self.busy()
        bar, = terminal.wait_for(lambda lines: [line for line in self.bars(lines) if "left" in line])
        self.assertRegex(bar, r"^PurgeExecutions  \[#{6}\.{9}\]  40%  1,000 rows/s  (10|9) min( \d+ s)? left$")
        terminal.press(b"\x03")
        terminal.finish()

    def test_it_fits_terminals_of_all_widths_and_follows_them(self):
        terminal = self.busy(columns=WIDTHS[0])
        for columns in (*WIDTHS, 20, 200, 40):
            terminal.resize(columns)
            bar = terminal.wait_for(lambda lines: [line for line in self.bars(lines) if
                                                   (len(line) > 80) == (columns == 200) and ("rows/s" in line) == (columns >= 80)])
            self.assertEqual(bar, [terminal.lines[-1]], "a line of its own, and the last")
            self.assertLess(len(bar[0]), columns)
            self.assertIn("40%", bar[0])
        terminal.press(b"\x03")
        terminal.finish()
        self.assertEqual(self.bars(terminal.lines), [])

    def test_ctrl_c_and_failures_leave_none_of_it(self):
        for stub, status in (("busy", 130), ("failing", 130), ("brief", 0)):
            terminal = self.busy(stub=stub, columns=60)
            if stub == "busy":
                terminal.wait_for(self.bars)
                terminal.press(b"\x03")
            self.assertEqual(terminal.finish(), status)
            text = "\n".join(terminal.lines)
            self.assertEqual(self.bars(terminal.lines), [])
            self.assertNotRegex(text, r"rows/s|1,234 rows|\^C")
            if status:
                self.assertIn("ERROR CANCELLED: as it should", text)
                self.assertEqual(terminal.lines[-2:], ["done before", "executions  7"])

    def test_a_pipe_has_none(self):
        with open(self.path / "err", "w+b") as err:
            terminal = self.busy(stub="failing", err=err)
            terminal.finish()
        self.assertNotRegex((self.path / "err").read_bytes(), rb"[\r\x1b]|rows")
        for environment in ({"TERM": "dumb"},):
            terminal = self.busy(stub="failing", **environment)
            terminal.finish()
            self.assertNotIn(b"\x1b", terminal.raw)

    def test_a_result_in_a_pipe_goes_with_a_bar_on_the_terminal(self):
        with open(self.path / "out", "w+b") as out:
            terminal = self.busy(out=out)
            terminal.wait_for(self.bars)
            terminal.press(b"\x03")
            terminal.finish()
        self.assertEqual(json.loads((self.path / "out").read_text())["error"]["done"], {"executionsCount": 7})
        self.assertEqual(self.bars(terminal.lines), [])

    def test_a_purge_that_is_stopped_says_what_it_did(self):
        purge = json.dumps({"endDate": LONG_AGO, "maxRows": 100_000, "batchSize": 5, "pace": {"rowsPerSecond": 200}})
        before = self.count()
        terminal = self.open("call", "PurgeExecutions", "--params", purge)
        terminal.wait_for(lambda lines: any(re.search(r"\b[1-9]\d?%  \d+/\d+", line) for line in self.bars(lines)))
        terminal.press(b"\x03")
        self.assertEqual(terminal.finish(), 130)
        done = next(line for line in terminal.lines if line.startswith("executions "))
        self.assertEqual(int(done.split()[1]), before - self.count())
        self.assertIn("done before", terminal.lines)


class Safety(TerminalTest):
    HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eevil\nnext\ttab\x7f"

    def test_no_name_drives_the_terminal(self):
        self.change("UPDATE executions SET value = json_set(value, '$.flowId', ?)", self.HOSTILE)
        self.change("UPDATE logs SET value = json_set(value, '$.message', ?)", self.HOSTILE)
        for words in (("call", "ListExecutions", "--params", '{"size": 3}'), ("call", "ListLogs", "--params", '{"size": 3}')):
            for columns in WIDTHS:
                terminal = self.open(*words, "--quiet", columns=columns, NO_COLOR="1")
                self.assertEqual(terminal.finish(), 0)
                shown = terminal.raw.decode()
                self.assertEqual(re.findall(r"[^\n\r\x20-\x7e…\x80-\uffff]|[\x80-\x9f\u202a-\u202e]", shown), [])
                self.assertEqual(terminal.wrapped, 0)
        wide = self.seen("call", "ListLogs", "--params", '{"size": 1, "columns": ["message"]}', "--quiet", columns=200)
        self.assertEqual(wide[1], r"\x1b]0;owned\x07\x1b[2J\xc2\x9b31m\xe2\x80\xaeevil next tab\x7f")


class Programs(TerminalTest):
    """A script gets the same JSON, byte for byte, wherever stderr goes."""

    def test_a_pipe_gets_one_line_of_json(self):
        words = ("call", "ListExecutions", "--params", '{"size": 5}')
        plain = self.winnow(*words).out
        self.assertEqual(plain, json.dumps(json.loads(plain), separators=(",", ":"), ensure_ascii=False) + "\n")
        with open(self.path / "out", "w+b") as out:
            terminal = self.open(*words, out=out)
            self.assertEqual(terminal.finish(), 0)
        self.assertEqual((self.path / "out").read_text(), plain)

    def test_json_is_for_terminals_too(self):
        for words in (("tasks",), ("describe", "PurgeLogs"), ("call", "ListExecutions", "--params", '{"size": 5}')):
            shown = "".join(self.seen(*words, "--json", "--quiet", columns=200))
            self.assertEqual(json.loads(shown), self.winnow(*words).json)
            self.assertEqual(self.winnow(*words, "--json").out, self.winnow(*words).out)

    def test_an_error_stands_on_stderr_and_what_was_done_on_stdout(self):
        lines = self.seen("call", "PurgeLogs", "--params", '{"endDate": "yesterday"}', columns=200, status=2)
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("ERROR INVALID_PARAMETER: /endDate", lines[0])
        with open(self.path / "err", "w+b") as err:
            terminal = self.open("call", "PurgeLogs", "--params", '{"endDate": "yesterday"}', err=err, columns=40)
            self.assertEqual(terminal.finish(), 2)
        self.assertTrue(terminal.lines[0].startswith("error"), terminal.lines)
        self.assertIn("INVALID_PARAMETER", "".join(terminal.lines))


if __name__ == "__main__":
    unittest.main(verbosity=2)
