"""A small Kestra database made for one case, and what a purge of it must leave.

Both come only from the documents, by a second implementation of the rules that uses none of winnow's SQL. The checks are
S1 to S4 and S6 of docs/faults.md; each returns sentences about violations, none if all is well.
"""

import collections
import dataclasses
import datetime
import json
import pathlib
import shutil

TERMINAL = {"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED", "RESUBMITTED"}
STATES = ["SUCCESS"] * 6 + ["WARNING", "FAILED", "KILLED", "PAUSED", "RUNNING", "QUEUED", "CREATED"]
NAMESPACES = ["company.team", "company.team.sub", "company", "system"]
FLOWS = ["daily", "nightly", "report"]
MIDDLE = datetime.datetime(2026, 3, 10, 12, tzinfo=datetime.timezone.utc)
CUTOFF = "2026-03-10T12:00:00Z"

# The counter of a purge's result for the rows of each table; every other table's are dependentsCount.
COUNTERS = {"executions": "executionsCount", "logs": "logsCount", "metrics": "metricsCount", "files": "storagesCount"}
# Tables whose rows are deleted with their execution, with the key of an execution's row there.
DEPENDENTS = {
    "executorstate": lambda execution: execution["id"],
    "sla_monitor": lambda execution: execution["id"] + "_sla1",
    "execution_queued": lambda execution: "_".join(
        [execution["tenantId"], execution["namespace"], execution["flowId"], execution["id"]]),
    "executordelayed": lambda execution: execution["id"] + "_run1",
    "worker_job_running": lambda execution: "run-of-" + execution["id"],
    "queues": lambda execution: execution["id"],
}
TABLES = ["executions", "logs", "metrics", *DEPENDENTS]


def instant(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def folder_of(execution):
    return "/".join([execution["tenantId"], *execution["namespace"].split("."), execution["flowId"], "executions", execution["id"]])


@dataclasses.dataclass
class World:
    """Documents by table and key; `belongs` leads from a table's key to its execution."""

    documents: dict
    belongs: dict
    files: dict  # path -> execution

    def keys(self):
        """Of every table, and the files: what is there before the first run."""
        rows = {table: set(documents) for table, documents in self.documents.items()}
        rows["files"] = set(self.files)
        return rows


def make(random, executions, logs=3, metrics=1, files=True):
    """A world of this many executions; only `random` decides what they are."""
    documents = {table: {} for table in TABLES}
    belongs = {table: {} for table in TABLES}
    paths = {}
    for number in range(executions):
        execution = _execution(random, number)
        identity = execution["id"]
        documents["executions"][identity] = execution
        belongs["executions"][identity] = identity
        for table, most in (("logs", logs), ("metrics", metrics)):
            for child in range(random.randint(0, most)):
                key = f"{table[0]}{number}-{child}"
                documents[table][key] = _child(random, table, execution)
                belongs[table][key] = identity
        for table, key_of in DEPENDENTS.items():
            if random.random() < 0.3:
                documents[table][key_of(execution)] = _dependent(execution)
                belongs[table][key_of(execution)] = identity
        for file in range(random.randint(0, 1) if files else 0):
            paths[f"{folder_of(execution)}/tasks/t/r/{file}.txt"] = identity
    return World(documents, belongs, paths)


def _execution(random, number):
    state = random.choice(STATES)
    end = MIDDLE + datetime.timedelta(minutes=random.randint(-40_000, 4_000), microseconds=random.randint(0, 999_999))
    document = {"id": f"{random.getrandbits(40):010x}x{number}", "tenantId": "main" if random.random() < 0.9 else "other",
                "namespace": random.choice(NAMESPACES), "flowId": random.choice(FLOWS), "flowRevision": 1, "deleted": False,
                "state": {"current": state, "duration": 1.5, "startDate": instant(end - datetime.timedelta(minutes=5))}}
    if state in TERMINAL or state == "PAUSED":
        document["state"]["endDate"] = instant(end)
    return document


def _child(random, table, execution):
    document = {"tenantId": execution["tenantId"], "namespace": execution["namespace"], "flowId": execution["flowId"], "taskId": "t",
                "executionId": execution["id"], "taskRunId": "r", "timestamp": execution["state"]["startDate"], "deleted": False}
    if table == "logs":
        return document | {"level": random.choice(["INFO", "ERROR"]), "message": "it's 100% \"done\"", "attemptNumber": 0}
    return document | {"name": "rows", "type": "counter", "value": 1.5}


def _dependent(execution):
    return {"executionId": execution["id"], "slaId": "sla1", "deadline": instant(MIDDLE), "date": instant(MIDDLE),
            "tenantId": execution["tenantId"], "namespace": execution["namespace"], "flowId": execution["flowId"],
            "taskRun": {"executionId": execution["id"]}, "execution": {"id": execution["id"]}, "workerInstance": {"workerUuid": "w", "uid": "w"}}


class Bed:
    """A world in a database and a folder of files.

    `database` has insert(table, rows), keys(table) and empty(tables); see databases.py.
    """

    # Tables whose rows may be deleted in separate transactions, before their execution.
    early = frozenset({"files"})

    def __init__(self, database, storage, early=()):
        self.database, self.storage = database, pathlib.Path(storage)
        self.early = self.early | set(early)

    def fill(self, random, executions, **how):
        self.world = make(random, executions, **how)
        self.database.empty(TABLES)
        for table, documents in self.world.documents.items():
            self.database.insert(table, documents)
        shutil.rmtree(self.storage, ignore_errors=True)
        self.storage.mkdir(parents=True)
        for file in self.world.files:
            path = self.storage / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("content")
        (self.storage / "main").mkdir(exist_ok=True)
        self.goes = {identity for identity, document in self.world.documents["executions"].items() if self.selected(document)}

    @staticmethod
    def selected(execution):
        """By the parameters of parameters(): tenant main, in a terminal state, ended at or before CUTOFF."""
        state = execution["state"]
        return (execution["tenantId"] == "main" and state["current"] in TERMINAL
                and state["endDate"] <= CUTOFF.replace("Z", ".000000Z"))

    @staticmethod
    def parameters(**more):
        return {"endDate": CUTOFF, **more}

    def look(self):
        rows = {table: self.database.keys(table) for table in TABLES}
        rows["files"] = {str(path.relative_to(self.storage)) for path in self.storage.rglob("*") if path.is_file()}
        return rows

    def _execution_of(self, table, key):
        return self.world.files[key] if table == "files" else self.world.belongs[table][key]

    def broken_now(self, now):
        """At any moment: nothing was deleted that must stay (S1, S6), no orphan, nothing half deleted (S3)."""
        wrong = []
        for table, keys in self.world.keys().items():
            for key in keys:
                identity, there = self._execution_of(table, key), key in now[table]
                if identity not in self.goes:
                    if not there:
                        wrong.append(f"S1: {table} {key} went, its execution {identity} has to stay")
                elif identity in now["executions"]:
                    # Files are deleted before the rows of their batch.
                    if not there and table not in self.early:
                        wrong.append(f"S3: {table} {key} went before its execution {identity}")
                elif there:
                    wrong.append(f"S3: {table} {key} is an orphan of {identity}")
        return wrong

    def left_over(self, now):
        """After a finished run: everything was deleted (S2)."""
        return [f"S2: execution {identity} is still there" for identity in self.goes & now["executions"]]

    @staticmethod
    def miscounted(before, after, counters, several_in_doubt=False):
        """The counters equal what was deleted between two checks (S4); what is in doubt was deleted as a whole or not at all: of
        several transactions, as over shards, each one."""
        went = collections.Counter()
        for table in before:
            went[COUNTERS.get(table, "dependentsCount")] += len(before[table] - after[table])
        doubt = counters.get("inDoubt", {})
        counted = {name: counters.get(name, 0) for name in went}
        with_doubt = {name: count + doubt.get(name, 0) for name, count in counted.items()}
        if dict(went) in (counted, with_doubt):
            return []
        if several_in_doubt and all(counted[name] <= went[name] <= with_doubt[name] for name in went):
            return []
        return [f"S4: {dict(went)} went, {counted} were reported, {json.dumps(doubt)} in doubt"]
