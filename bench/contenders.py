"""The contenders: winnow and its alternatives. Each is a command that gets a fresh database and an end date."""

import dataclasses
import json
import tempfile
from urllib.parse import unquote, urlsplit, urlunsplit

from places import program
from worlds import utc

BATCH_SIZE = 1000  # winnow's default, and the procedure's


@dataclasses.dataclass(frozen=True)
class Contender:
    title: str
    command: callable  # (engine, url, until) -> the command's words
    # The share of the purge that it does if all of it would take minutes: the time per row is compared.
    share: float = 1


def without_password(url):
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{parts.hostname}:{parts.port}")), unquote(parts.password)


def configuration(url, **database):
    """The configuration's file, like an operator's; with further keys of `database`."""
    name, password = without_password(url)
    file = tempfile.NamedTemporaryFile("w", suffix=".yaml", prefix="winnow-bench.")
    json.dump({"database": {"url": name, "password": password, **database}, "storage": {"type": "none"}, "policy": {"tenant": "main"}}, file)
    file.flush()
    return file


_files = []  # kept until the run is over


def call(url, task, params, **database):
    """The words of a command that runs a task; with further keys of the configuration's `database`."""
    _files.append(configuration(url, **database))
    return [program("winnow"), "call", task, "--quiet", "--config", _files[-1].name, "--params", json.dumps(params)]


def at_its_fastest(url, task, params, connections=1):
    """A task that has the server for itself: its batches are as large as allowed."""
    return call(url, task, {"batchSize": BATCH_SIZE, "batchTime": 60_000} | params, connections=connections)


def ends_at(until):
    return {"endDate": until.strftime("%Y-%m-%dT%H:%M:%SZ")}


def winnow(connections):
    def command(engine, url, until):
        return at_its_fastest(url, "PurgeExecutions", ends_at(until), connections)
    plural = "connection" if connections == 1 else "connections"
    return Contender(f"winnow, {connections} {plural}", command)


def winnow_by_default():
    return Contender("winnow by default", lambda engine, url, until: call(url, "PurgeExecutions", ends_at(until)))


def kestra(share=1):
    return Contender("(i) Kestra 1.1's statements", lambda engine, url, until: [program("winnow-bench"), "kestra", url, utc(until)], share)


def row_by_row(share):
    return Contender("(ii) row by row, as before 1.1", lambda engine, url, until: [program("winnow-bench"), "rows", url, utc(until)], share)


def procedure():
    return Contender("(iii) procedure in the server", lambda engine, url, until: engine.call_procedure(url, until, BATCH_SIZE))


def guarded_procedure():
    return Contender("(v) procedure with winnow's guarantees", lambda engine, url, until: engine.call_guarded_procedure(url, until, BATCH_SIZE))


def archiver():
    return Contender("(iv) pt-archiver", lambda engine, url, until: engine.archive(url, until))
