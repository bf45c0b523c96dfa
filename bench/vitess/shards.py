#!/usr/bin/python3
"""The same backlog over vtgate: shards.py NUMBER-OF-SHARDS. All shards are in one mysqld of this machine, as vttestserver makes them."""

import sys
import time

from backlog import END, EXECUTIONS, fill, tell

import vitess_schema  # noqa: E402: tests/far
from bed import Folder, Winnow, finished, script
from vitess_test import Vtgate


def main():
    shards = int(sys.argv[1])
    folder = Folder("bench-shards")
    vitess_schema.write(folder.path / "schema")
    url = script("vitess", "start", folder.path, shards, folder.path / "schema")
    try:
        with Vtgate(url) as database:
            fill(database, EXECUTIONS // 10)
        (folder.path / "storage/main").mkdir(parents=True)
        winnow = Winnow(folder.path, url + "?ssl-mode=DISABLED", folder.path / "storage")
        began = time.monotonic()
        result = finished(winnow.start("call", "PurgeExecutions", "--quiet", "--params", f'{{"endDate": "{END}", "purgeStorage": false}}'))
        seconds = time.monotonic() - began
        if result.status or result.json["executionsCount"] != EXECUTIONS // 10:
            raise RuntimeError(str(result))
        tell(case=f"Vitess, {shards} shard{'s' if shards > 1 else ''}", seconds=seconds, executions=EXECUTIONS // 10,
             **{"executions a second": EXECUTIONS // 10 / seconds, "against one": "", "retries": result.json["retries"], "processors busy": ""})
    finally:
        script("vitess", "stop", folder.path)
        folder.remove()


if __name__ == "__main__":
    main()
