#!/usr/bin/env python3
"""Lists and purges a database from Python: example.py LIBRARY FOLDER, where FOLDER has kestra.db and storage/."""

import sys

from winnow import Winnow, WinnowError


def main(library, folder):
    config = {"database": {"url": f"sqlite:{folder}/kestra.db"}, "storage": {"type": "local", "base-path": f"{folder}/storage"}}
    batches = []
    with Winnow(library, config, event=batches.append) as winnow:
        print("tasks:", ", ".join(task["name"] for task in winnow.describe()["tasks"]))
        page = winnow.run("ListExecutions", {"size": 3, "columns": ["id", "state"]})
        assert page["size"] == 3 and "cursor" in page, page

        try:
            winnow.run("PurgeExecutions", {"endDate": "yesterday"})
            raise AssertionError("a date that is none was taken")
        except WinnowError as refused:
            assert refused.code == "INVALID_PARAMETER" and refused.pointer == "/endDate", refused
            print("refused:", refused)

        purged = winnow.run("PurgeExecutions", {"endDate": "2026-07-01T00:00:00Z"})
        print("purged:", purged)
        assert purged["executionsCount"] == sum(batch["rows"] for batch in batches)
        assert winnow.run("PurgeExecutions", {"endDate": "2026-07-01T00:00:00Z"})["executionsCount"] == 0

    def interrupt(_event):
        raise KeyboardInterrupt

    with Winnow(library, config, event=interrupt) as winnow:
        try:
            winnow.run("PurgeExecutions", {"endDate": "2026-09-30T00:00:00Z", "batchSize": 1})
            raise AssertionError("an exception in a callback was lost")
        except KeyboardInterrupt:
            print("a callback's exception ended the purge and came out of run()")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
