#!/usr/bin/python3
"""One backlog over vtgate: shards.py NUMBER-OF-SHARDS. All shards are in one mysqld of this machine, as with vttestserver."""

import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "far"))
from backlog import END, busy_seconds, fill, tell  # noqa: E402

import vitess_schema  # noqa: E402: tests/far
from bed import Folder, Winnow, finished, script  # noqa: E402
from vitess_test import Vtgate  # noqa: E402

EXECUTIONS = int(os.environ.get("WINNOW_BENCH_VITESS_EXECUTIONS", 20_000))
ABOUT = ("Each execution has two logs and a metric; winnow has two connections to vtgate. All shards are databases of one MySQL, and share its"
         " processors and its disk with vtgate and with winnow: the figures say what sharding costs a purge, not what servers of their own would gain.")


def main():
    shards = int(sys.argv[1])
    folder = Folder("bench-shards")
    vitess_schema.write(folder.path / "schema")
    url = script("vitess", "start", folder.path, shards, folder.path / "schema")
    try:
        with Vtgate(url) as database:
            fill(database, EXECUTIONS)
        (folder.path / "storage/main").mkdir(parents=True)
        winnow = Winnow(folder.path, url + "?ssl-mode=DISABLED", folder.path / "storage")
        began, busy = time.monotonic(), busy_seconds()
        result = finished(winnow.start("call", "PurgeExecutions", "--quiet", "--params", json.dumps({"endDate": END, "purgeStorage": False})))
        seconds, busy = time.monotonic() - began, busy_seconds() - busy
        if result.status or result.json["executionsCount"] != EXECUTIONS:
            raise RuntimeError(str(result))
        with Vtgate(url) as database:
            left = {table: database.count(table) for table in ("executions", "logs", "metrics")}
        if any(left.values()):
            raise RuntimeError(f"{left} are left\n{result}")
        tell(case=f"{shards} shard{'s' if shards > 1 else ''}", seconds=seconds, executions=f"{EXECUTIONS:,}",
             **{"executions a second": EXECUTIONS / seconds, "batches": result.json["batches"], "retries": result.json["retries"],
                "processors busy": busy / seconds})
        if shards == 4:
            tell(about=ABOUT)
    finally:
        script("vitess", "stop", folder.path)
        folder.remove()


if __name__ == "__main__":
    main()
