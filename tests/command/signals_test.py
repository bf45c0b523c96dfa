#!/usr/bin/env python3
"""However often and by whatever signal the command is asked to stop, it ends with status 130 and reports what was done."""

import fcntl
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import termios
import unittest

from bed import BIN, LONG_AGO, LONGEST, CommandTest


class Stopped(CommandTest):
    """A flow whose second task waits for a lock on the database that the test holds."""

    def setUp(self):
        super().setUp()
        self.flow("  - {id: before, type: ListExecutions, fetchType: NONE}\n"
                  f"  - {{id: purge, type: PurgeExecutions, endDate: '{LONG_AGO}', batchSize: 1}}\n")
        self.write("winnow.yaml", f"database: {{url: 'sqlite:{self.path}/kestra.db', lock-timeout: 600000}}\n"
                                  "storage: {type: none}\n")

    def lock(self):
        holder = sqlite3.connect(self.path / "kestra.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")  # readers go on
        self.addCleanup(holder.close)
        return holder

    def begin(self, *words):
        """The process of these arguments, once the purge has begun."""
        process = subprocess.Popen([str(word) for word in words], cwd=self.path, text=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment())
        self.addCleanup(process.kill)
        while "purge: begins" not in process.stderr.readline():
            self.assertIsNone(process.poll())
        return process

    def assert_cancelled(self, process):
        out, err = process.communicate(timeout=LONGEST)
        self.assertEqual(process.returncode, 130, err)
        result = json.loads(out)
        self.assertEqual((result["error"]["code"], result["error"]["task"]), ("CANCELLED", "purge"), out)
        self.assertGreater(result["before"]["size"], 0)
        return result["error"]

    def test_by_timeout_which_signals_the_process_and_its_group(self):
        self.lock()
        for name in ("TERM", "INT", "HUP"):
            with self.subTest(signal=name):
                self.assert_cancelled(self.begin("timeout", "--preserve-status", f"--signal={name}", "1",
                                                 BIN / "winnow", "run", "flow.yaml"))

    def test_by_each_signal_that_asks_a_process_to_end(self):
        self.lock()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                # The tests' parent process may ignore SIGHUP, and a child inherits that.
                process = self.begin("env", "--default-signal", BIN / "winnow", "run", "flow.yaml")
                process.send_signal(number)
                self.assert_cancelled(process)

    def test_by_any_number_of_signals_that_come_at_once(self):
        self.lock()
        process = self.begin(BIN / "winnow", "run", "flow.yaml")
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGINT)
        self.assert_cancelled(process)

    def test_before_anything_began_by_one_signal(self):
        # Parameters that never arrive: a silent pipe, like a terminal without input.
        os.mkfifo(self.path / "silent")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                process = subprocess.Popen(["env", "--default-signal", BIN / "winnow", "call", "ListLogs", "--params", "@silent"],
                                           cwd=self.path, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                           env=self.environment())
                self.addCleanup(process.kill)
                with open(self.path / "silent", "w"):  # which the command has opened, too
                    process.send_signal(number)
                    out, err = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 130, err)
                self.assertEqual(json.loads(out)["error"]["code"], "CANCELLED")

    def test_a_signal_that_the_parent_ignores_is_ignored(self):
        holder = self.lock()
        process = self.begin("env", "--ignore-signal=HUP", BIN / "winnow", "run", "flow.yaml")
        process.send_signal(signal.SIGHUP)
        holder.execute("ROLLBACK")
        out, err = process.communicate(timeout=LONGEST)
        self.assertEqual(process.returncode, 0, err)
        self.assertGreater(json.loads(out)["purge"]["executionsCount"], 0)

    def test_a_pause_by_usr1_holds_nothing_and_ends_by_usr2(self):
        before = self.count()
        process = self.begin(BIN / "winnow", "run", "flow.yaml")
        for _ in range(2):  # a second pause is no error
            process.send_signal(signal.SIGUSR1)
        lines = self.lines_until(process, "waits: the host paused it")
        self.assertTrue(any("pausing" in line for line in lines), lines)
        paused_at = self.count()
        self.lock().execute("ROLLBACK")  # nobody has locked the database
        self.assertEqual(self.count(), paused_at)
        process.send_signal(signal.SIGUSR2)
        out, err = process.communicate(timeout=LONGEST)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("resuming", err)
        purged = json.loads(out)["purge"]
        self.assertEqual((purged["pace"]["waits"][0]["reason"], purged["pace"]["waits"][0]["times"]), ("host", 1))
        self.assertEqual(purged["executionsCount"], before - self.count())

    def test_a_paused_command_ends_by_ctrl_c(self):
        before = self.count()
        process = self.begin("env", "--default-signal", BIN / "winnow", "run", "flow.yaml")
        process.send_signal(signal.SIGUSR1)
        self.lines_until(process, "waits: the host paused it")
        process.send_signal(signal.SIGINT)
        error = self.assert_cancelled(process)
        self.assertEqual(error["done"]["executionsCount"], before - self.count())

    def lines_until(self, process, text):
        lines = []
        while not lines or text not in lines[-1]:
            self.assertIsNone(process.poll(), lines)
            lines.append(process.stderr.readline())
        return lines

    def test_what_is_reported_as_done_is_what_was_committed(self):
        before = self.count()
        process = self.begin(BIN / "winnow", "run", "flow.yaml")
        while self.count() == before:
            self.assertIsNone(process.poll())
        for _ in range(3):
            process.send_signal(signal.SIGTERM)
        done = self.assert_cancelled(process)["done"]
        self.assertEqual(self.count(), before - done["executionsCount"])
        self.assertLess(done["executionsCount"], before)
        rest = self.winnow("run", "flow.yaml").json["purge"]["executionsCount"]
        self.assertEqual(self.count(), before - done["executionsCount"] - rest)


class Unread(CommandTest):
    """A purge does not end if its reader goes away; the status shows that the result was lost."""

    def test_a_closed_stdout(self):
        before = self.count()
        process = self.start("call", "PurgeExecutions", "--params", json.dumps({"endDate": LONG_AGO}))
        process.stdout.close()
        _, err = process.communicate(timeout=LONGEST)
        self.assertEqual(process.returncode, 1, err)
        self.assertIn("could not be written to stdout", err)
        self.assertLess(self.count(), before)

    def test_a_closed_stderr(self):
        process = self.start("call", "PurgeExecutions", "--params", json.dumps({"endDate": LONG_AGO}))
        process.stderr.close()
        out = process.stdout.read()
        self.assertEqual(process.wait(timeout=LONGEST), 0)
        self.assertGreater(json.loads(out)["executionsCount"], 0)

    def test_streams_that_are_not_open_are_nobody_elses(self):
        # What is written for people must not reach a file or a connection that got the stream's number.
        self.configure(f"receipts: {{file: {self.path}/receipts.jsonl}}\n")
        purge = "call PurgeExecutions --verbose --params '" + json.dumps({"endDate": LONG_AGO}) + "'"
        for streams, status in (("2>&-", 0), ("<&- >&- 2>&-", 1)):
            with self.subTest(streams=streams):
                done = subprocess.run(["bash", "-c", f"{BIN}/winnow {purge} {streams}"], cwd=self.path, text=True, capture_output=True,
                                      env=self.environment())
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertTrue(self.winnow("verify").json["valid"])

    def test_a_file_that_may_not_grow(self):
        # The kernel sends SIGXFSZ with each write beyond `ulimit -f`. That RUNNING has no end is a line of the log.
        most = 1 << 30
        parameters = {"endDate": LONG_AGO, "states": ["SUCCESS", "RUNNING"]}
        for stream, status in (("stderr", 0), ("stdout", 1)):
            with self.subTest(stream=stream), open(self.path / "log", "ab") as log:
                os.truncate(log.fileno(), most)  # no block of it is on the disk
                before = self.count()
                done = subprocess.run([BIN / "winnow", "call", "PurgeExecutions", "--params", json.dumps(parameters)],
                                      cwd=self.path, stdin=subprocess.DEVNULL, env=self.environment(), timeout=LONGEST,
                                      **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: log},
                                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertLess(self.count(), before)
            shutil.copy(self.sample / "kestra.db", self.path)

    def test_a_pipe_that_is_full_and_does_not_block(self):
        # This happens if Node.js has the other end.
        ours, theirs = os.pipe()
        os.set_blocking(theirs, False)
        room = fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
        process = subprocess.Popen([BIN / "winnow", "describe"], cwd=self.path, stdin=subprocess.DEVNULL, stdout=theirs,
                                   env=self.environment())
        self.addCleanup(process.kill)
        os.close(theirs)
        with open(ours, "rb") as reader:
            while process.poll() is None and int.from_bytes(fcntl.ioctl(ours, termios.FIONREAD, bytes(4)), "little") < room:
                pass
            text = reader.read()
        self.assertEqual(process.wait(timeout=LONGEST), 0)
        self.assertGreater(len(text), room)
        self.assertIn("tasks", json.loads(text))

    def test_an_early_end_of_a_pipeline(self):
        done = subprocess.run(["bash", "-c", f"set -o pipefail; {BIN}/winnow describe | head -c 1"], cwd=self.path,
                              text=True, capture_output=True, env=self.environment())
        self.assertEqual(done.stdout, "{")
        self.assertIn(done.returncode, (0, 1), "never 141, which SIGPIPE would give")


if __name__ == "__main__":
    unittest.main(verbosity=2)
