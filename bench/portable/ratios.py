"""The processor time of the command, in the portable build and in one with Debian's libraries, on the same work in turns: ratios.py URL ROUNDS.
The server's own time is not in it. Prints the table's rows."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

BUILDS = {"Debian": pathlib.Path("build/release"), "portable": pathlib.Path("build/portable-x86_64")}
EXECUTIONS = 5_000
LIMIT = 1.03
END = "2100-01-01T00:00:00Z"
ABOUT = f"""Seconds of the processor that the command itself took, user and system, median of the rounds; {EXECUTIONS:,} executions. What
counts is the ratio of each round's two runs."""


def run(*command):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)


def busy(*command):
    """Processor time in seconds."""
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise RuntimeError(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


class Work:
    def __init__(self, folder, url):
        self.url = url if url else f"sqlite:{folder}/kestra.db"
        self.sample = pathlib.Path(folder, "sample.db")
        run(BUILDS["Debian"] / "winnow-sample", "--database", url or f"sqlite:{self.sample}", "--executions", EXECUTIONS)
        self.configuration = pathlib.Path(folder, f"{'postgres' if url else 'sqlite'}.yaml")
        self.configuration.write_text(json.dumps({"database": {"url": self.url}, "storage": {"type": "none"}}))

    def seconds(self, build, task, params, *more):
        if not self.url.startswith("postgres"):
            pathlib.Path(self.url.partition(":")[2]).write_bytes(self.sample.read_bytes())
        return busy(str(BUILDS[build] / "winnow"), "call", task, "--quiet", "--config", str(self.configuration), "--params", json.dumps(params), *more)


def measure(folder, url, rounds):
    sqlite, postgres = Work(folder, None), Work(folder, url)
    listing = ("ListExecutions", {"fetchType": "FETCH", "size": 5000})
    works = {"a listing of 5,000 on SQLite": (sqlite, *listing),
             "a purge on SQLite": (sqlite, "PurgeExecutions", {"endDate": END}),
             "a listing of 5,000 on PostgreSQL": (postgres, *listing),
             "a dry run on PostgreSQL": (postgres, "PurgeExecutions", {"endDate": END, "dryRun": True})}
    for title, (work, task, params) in works.items():
        seconds = {name: [] for name in BUILDS}
        for number in range(rounds + 1):
            for name in BUILDS:
                took = work.seconds(name, task, params)
                if number > 0:  # the first warms
                    seconds[name].append(took)
        each = [portable / debian for portable, debian in zip(seconds["portable"], seconds["Debian"])]
        yield title, {name: statistics.median(took) for name, took in seconds.items()}, each


def main(url, rounds):
    print(json.dumps({"about": ABOUT}))
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # SQLite would mostly wait for the disk
    with tempfile.TemporaryDirectory(prefix="winnow-bench.", dir=memory) as folder:
        for title, medians, each in measure(folder, url, int(rounds)):
            print(json.dumps({"": title, **medians, "portable / Debian": f"{statistics.median(each):.3f}x ({min(each):.2f} .. {max(each):.2f})"}))
            print(json.dumps({"goal": f"{title}: portable takes at most {LIMIT}x", "measured": statistics.median(each), "limit": LIMIT}))


if __name__ == "__main__":
    main(*sys.argv[1:])
