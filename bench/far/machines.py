#!/usr/bin/python3
"""One backlog by one, two and three machines, each with two connections, a millisecond from the server: machines.py postgres|mysql"""

import sys
import time

from backlog import END, EXECUTIONS, fill, tell

from bed import Folder, finished  # noqa: E402: tests/far
from machines import MACHINES, Machines

TITLES = {"postgres": "PostgreSQL", "mysql": "MySQL"}
OPTIONS = {"postgres": ["shared_buffers=1GB", "max_wal_size=4GB"], "mysql": ["--innodb-buffer-pool-size=2G"]}


def busy_seconds():
    """Of all processors, since the machine started."""
    with open("/proc/stat") as stat:
        ticks = [int(each) for each in stat.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / 100


def run(machines, count):
    with machines.database() as database:
        for table in ("executions", "logs", "metrics"):
            database.execute(f"TRUNCATE {table}")
        fill(database)
        for table in ("executions", "logs", "metrics"):
            database.execute(f"ANALYZE {table}" if machines.engine == "postgres" else f"ANALYZE TABLE {table}")
    folder = Folder("bench-machines")
    (folder.path / "storage/main").mkdir(parents=True)
    began, busy = time.monotonic(), busy_seconds()
    runs = [machines.winnow(machine, folder.path, folder.path / "storage").start(
        "call", "PurgeExecutions", "--quiet", "--params", f'{{"endDate": "{END}", "purgeStorage": false}}') for machine in MACHINES[:count]]
    results = [finished(each) for each in runs]
    seconds, busy = time.monotonic() - began, busy_seconds() - busy
    folder.remove()
    if any(result.status for result in results):
        raise RuntimeError("\n".join(map(str, results)))
    gone = sum(result.json["executionsCount"] for result in results)
    if gone != EXECUTIONS:
        raise RuntimeError(f"{gone} of {EXECUTIONS} went")
    return seconds, busy, results


def main():
    engine = sys.argv[1]
    machines = Machines(engine, *OPTIONS[engine])
    try:
        machines.make_schema()
        alone = None
        for count in (1, 2, 3):
            seconds, busy, results = run(machines, count)
            alone = alone or seconds
            tell(case=f"{TITLES[engine]}, {count} machine{'s' if count > 1 else ''}", seconds=seconds, executions=EXECUTIONS,
                 **{"executions a second": EXECUTIONS / seconds, "against one": alone / seconds,
                    "retries": sum(result.json["retries"] for result in results), "processors busy": busy / seconds})
    finally:
        machines.stop()


if __name__ == "__main__":
    main()
