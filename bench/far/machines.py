#!/usr/bin/python3
"""One backlog purged by one, two and three machines, each with two connections, a millisecond from the server; then by three of which one
loses its link in mid-batch: machines.py postgres|mysql"""

import json
import os
import sys
import time

from backlog import END, EXECUTIONS, busy_seconds, fill, tell

from bed import Folder, finished, until  # noqa: E402: tests/far
from machines import MACHINES, Machines

TITLES = {"postgres": "PostgreSQL", "mysql": "MySQL"}
TABLES = ("executions", "logs", "metrics")
PARAMETERS = json.dumps({"endDate": END, "purgeStorage": False})
OPTIONS = {"postgres": ["shared_buffers=1GB", "max_wal_size=4GB"], "mysql": ["--innodb-buffer-pool-size=2G"]}


class Backlog:
    """A full database with an empty storage, and the results of purges of it."""

    def __init__(self, machines):
        self.machines, self.folder = machines, Folder("bench-machines")
        (self.folder.path / "storage/main").mkdir(parents=True)
        with machines.database() as database:
            for table in TABLES:
                database.execute(f"TRUNCATE {table}")
            fill(database)
            for table in TABLES:
                database.execute(f"ANALYZE {table}" if machines.engine == "postgres" else f"ANALYZE TABLE {table}")

    def start(self, machine):
        return self.machines.winnow(machine, self.folder.path, self.folder.path / "storage").start(
            "call", "PurgeExecutions", "--quiet", "--params", PARAMETERS)

    def left(self, database):
        return {table: database.count(table) for table in TABLES}

    def check(self, results):
        """Nothing was deleted twice, and nothing of it is left."""
        gone = sum(result.counters["executionsCount"] for result in results)
        doubt = sum(result.counters.get("inDoubt", {}).get("executionsCount", 0) for result in results)
        with self.machines.database() as database:
            left = self.left(database)
        if any(left.values()) or gone not in (EXECUTIONS, EXECUTIONS - doubt):
            raise RuntimeError(f"{gone} of {EXECUTIONS} went, {doubt} in doubt, {left} are left\n" + "\n".join(map(str, results)))
        self.folder.remove()


def row(machines, what, seconds, busy, results, alone):
    tell(case=f"{TITLES[machines.engine]}, {what}", seconds=seconds, executions=EXECUTIONS,
         **{"executions a second": EXECUTIONS / seconds, "against one": alone / seconds,
            "retries": sum(result.counters["retries"] for result in results), "processors busy": busy / seconds})


def together(machines, count):
    backlog = Backlog(machines)
    began, busy = time.monotonic(), busy_seconds()
    runs = [backlog.start(machine) for machine in MACHINES[:count]]
    results = [finished(each) for each in runs]
    seconds, busy = time.monotonic() - began, busy_seconds() - busy
    if any(result.status for result in results):
        raise RuntimeError("\n".join(map(str, results)))
    backlog.check(results)
    return seconds, busy, results


def with_a_lost_link(machines):
    """The others wait for the rows of the third machine's last batch until the server ends its sessions, or leave and name them: then
    one of them runs again."""
    backlog = Backlog(machines)
    began, busy = time.monotonic(), busy_seconds()
    runs = {machine: backlog.start(machine) for machine in MACHINES}
    with machines.database() as database:
        until(lambda: database.count() < EXECUTIONS * 2 // 3 or runs["w3"].poll() is not None, "batches")
    machines.cut("w3")
    try:
        others = [finished(runs[machine]) for machine in ("w1", "w2")]
        if any(result.counters.get("skippedCount") for result in others):
            with machines.database() as database:
                until(lambda: database.sessions_with_locks("purger") == 0, "the server to end the sessions of the machine that is lost")
            others.append(finished(backlog.start("w1")))
        seconds, busy = time.monotonic() - began, busy_seconds() - busy
        lost = finished(runs["w3"])
    finally:
        machines.mend("w3")
    if any(result.status for result in others):
        raise RuntimeError("\n".join(map(str, others)))
    backlog.check([*others, lost])
    return seconds, busy, [*others, lost]


def main():
    engine = sys.argv[1]
    machines = Machines(engine, *OPTIONS[engine])
    try:
        machines.make_schema()
        alone = None
        for count in (1, 2, 3):
            seconds, busy, results = together(machines, count)
            alone = alone or seconds
            row(machines, f"{count} machine{'s' if count > 1 else ''}", seconds, busy, results, alone)
        row(machines, "3 machines, one loses its link", *with_a_lost_link(machines), alone)
        if engine == "mysql":
            tell(about=f"The servers and all machines share {os.cpu_count()} processors: where nearly all of them are busy, they bound it; where they are not, the "
                       "round trips of a millisecond do, which more machines make up for.")
    finally:
        machines.stop()


if __name__ == "__main__":
    main()
