"""A backlog of executions that end a second apart, each with two logs and a metric: written by this script alone, in pages."""

import datetime
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/far"))

import bed  # noqa: E402: tests/far

bed.PATIENCE = 1_800  # a run of this size may take minutes

EXECUTIONS = int(os.environ.get("WINNOW_BENCH_FAR_EXECUTIONS", 300_000))
BEGIN = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
END = "2026-01-01T00:00:00Z"
PAGE = 5_000


def fill(database, executions=EXECUTIONS):
    for first in range(0, executions, PAGE):
        rows = {"executions": {}, "logs": {}, "metrics": {}}
        for number in range(first, min(first + PAGE, executions)):
            identity = f"{number * 2654435761 % 2**32:08x}{number:014d}"
            moment = (BEGIN + datetime.timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
            common = {"tenantId": "main", "namespace": f"company.team{number % 7}", "flowId": f"flow{number % 31}", "deleted": False}
            rows["executions"][identity] = {
                "id": identity, **common, "flowRevision": 1, "labels": [{"key": "team", "value": "data"}],
                "taskRunList": [{"id": f"run{number}", "taskId": "t", "state": {"current": "SUCCESS"}, "attempts": []}],
                "state": {"current": "SUCCESS", "duration": 1.5, "startDate": moment, "endDate": moment}}
            child = {**common, "taskId": "t", "executionId": identity, "taskRunId": f"run{number}", "timestamp": moment}
            for log in range(2):
                rows["logs"][f"l{number}-{log}"] = {**child, "level": "INFO", "message": "finished", "attemptNumber": 0, "thread": "worker-1"}
            rows["metrics"][f"m{number}"] = {**child, "name": "rows", "type": "counter", "value": 1.5}
        for table, documents in rows.items():
            database.insert(table, documents)


def busy_seconds():
    """For all processors, since the machine started."""
    with open("/proc/stat") as stat:
        ticks = [int(each) for each in stat.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / 100


def tell(**row):
    print(json.dumps(row), flush=True)
