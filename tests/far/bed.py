"""Shared by the far suites: servers of tests/servers, the real command, and cases from a seed.

$WINNOW_BIN is the folder of winnow, winnow-sample and libwinnow.so. A suite runs inside its own network (network.sh): it is isolated from
all other networks in both directions.
"""

import ctypes
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVERS = ROOT / "tests/servers"
BIN = pathlib.Path(os.environ.get("WINNOW_BIN", ROOT / "build/release"))
PATIENCE = 180  # seconds until a run or a script counts as hung; nothing is measured by it
_CLONE_NEWNET = 0x40000000


def script(name, *words, check=True):
    """Runs tests/servers/NAME.sh; its output without the last line break."""
    done = subprocess.run([SERVERS / f"{name}.sh", *map(str, words)], text=True, capture_output=True, timeout=PATIENCE)
    if done.returncode == 77 and os.environ.get("CI") != "true":
        raise unittest.SkipTest(done.stderr.strip())
    if check and done.returncode:
        raise RuntimeError(f"{name}.sh {' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout.strip()


def enter(network, host):
    """This process, and all that it starts from now on, is on that host of the network in the folder."""
    with open(script("network", "namespace", network, host)) as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


class Folder:
    """A temporary folder that user postgres can look into."""

    def __init__(self, name):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"winnow-{name}."))
        self.path.chmod(0o755)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


def until(condition, what, seconds=PATIENCE):
    """Waits for a condition; its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.005)
    return value


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def counters(self):
        """What the run says that it removed, however it ended."""
        return self.json["error"]["done"] if "error" in self.json else self.json

    def __str__(self):
        return f"exit status {self.status}\n{self.out}{self.err}"


class Winnow:
    """The command with its own configuration. `hosts`: a file that it sees as /etc/hosts, whose addresses may change.
    `host`: a network's folder and the host in it on which the command runs; without it where this process is."""

    def __init__(self, folder, url, storage, more="", hosts=None, host=None):
        self.path, self.hosts, self.host = pathlib.Path(folder), hosts, host
        self.configure(url, storage, more)

    def configure(self, url, storage, more=""):
        (self.path / "winnow.yaml").write_text(
            f"database: {{url: '{url}', connections: 2}}\nstorage: {{type: local, base-path: {storage}}}\n{more}")

    def start(self, *words, **environment):
        small = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        there = [SERVERS / "network.sh", "run", *self.host] if self.host else []
        own = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', self.hosts] if self.hosts else []
        return subprocess.Popen([str(word) for word in (*there, *own, BIN / "winnow", *words)], cwd=self.path, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=small | environment)

    def call(self, task, parameters, *options):
        return finished(self.start(*options, "call", task, "--params", json.dumps(parameters)))

    def purge(self, parameters):
        return self.start("call", "PurgeExecutions", "--params", json.dumps(parameters))


def finished(process):
    """Its result; a run that hangs is ended and fails."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        out, err = process.communicate()
        raise TimeoutError(f"winnow did not come to an end\n{out}{err}") from None
    return Result(process.returncode, out, err)


def assert_survived_or_told(test, before, result):
    """Of a test with a `bed` and a `winnow`: a run may end with an exact account; the next one finishes."""
    bed, now = test.bed, test.bed.look()
    test.assertEqual(bed.broken_now(now) + bed.miscounted(before, now, result.counters, several_in_doubt=True), [], result)
    test.assertIn(result.status, (0, 1, 3), result)
    again = test.winnow.call("PurgeExecutions", bed.parameters())
    end = bed.look()
    test.assertEqual(again.status, 0, again)
    test.assertEqual(bed.broken_now(end) + bed.left_over(end) + bed.miscounted(now, end, again.counters), [])


class Case:
    def __init__(self, index, seed):
        self.index, self.seed, self.random = index, seed, random.Random(seed)
        self.what, self.violations = "", []

    def found(self, lines):
        self.violations += lines


class Cases:
    """Runs the cases of one fault; a violation fails the test and says how to try that case again.

    As many as `brief` says, as `thorough` says under ./dev torture (WINNOW_FAULTS=torture), or WINNOW_FAULT_CASES. The seed is the
    clock's or WINNOW_FAULT_SEED; WINNOW_FAULT_CASE tries one case alone. Appends a line to WINNOW_FAULTS_TABLE.
    """

    def __init__(self, test, fault, engine):
        self._test, self._fault, self._engine = test, fault, engine
        self._seed = int(os.environ.get("WINNOW_FAULT_SEED") or time.time_ns() % 1_000_000_007)
        self._notes = {}

    def note(self, name):
        """Counts how often something came up; for the table, no violation."""
        self._notes[name] = self._notes.get(name, 0) + 1

    def run(self, brief, thorough, body):
        count = thorough if os.environ.get("WINNOW_FAULTS") == "torture" else brief
        count = min(count, int(os.environ.get("WINNOW_FAULT_CASES") or count))
        alone = os.environ.get("WINNOW_FAULT_CASE")
        tried, failed = 0, []
        for index in [int(alone)] if alone else range(count):
            case = Case(index, self._seed * 1_000 + index)
            tried += 1
            try:
                body(case)
            except Exception as error:  # noqa: BLE001: what breaks a case is a violation to report with its seed
                case.found([f"{type(error).__name__}: {error}"])
            if case.violations:
                failed.append(case)
            if len(failed) == 5:
                break
            if count > brief:  # of hours: how far it is
                print(f"{self._fault} ({self._engine}), seed {self._seed}: {tried} of {count}, {len(failed)} failed", flush=True)
        self._tell(tried, failed)
        for case in failed:
            with self._test.subTest(case=case.index):
                self._test.fail(f"{self._fault}, {case.what}\nagain: WINNOW_FAULT_SEED={self._seed} WINNOW_FAULT_CASE={case.index}\n"
                                + "\n".join(case.violations[:12]))

    def _tell(self, tried, failed):
        notes = ", ".join(f"{count} {name}" for name, count in sorted(self._notes.items()))
        print(f"{self._fault} ({self._engine}): {tried} tried, {len(failed)} failed; {notes}", flush=True)
        if table := os.environ.get("WINNOW_FAULTS_TABLE"):
            with open(table, "a") as lines:
                lines.write(f"{self._fault}\t{self._engine}\t{tried}\t{len(failed)}\t{notes}\n")
