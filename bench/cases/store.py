"""STORE of a listing against the server's own client that writes the same rows into a file."""

import json
import os
import statistics
import tempfile
from urllib.parse import unquote, urlsplit

import contenders
import worlds
from places import program
from report import Goal, Section, number, span
from sessions import Sql
from turns import launch, say
from worlds import end_of, utc

NAMESPACE = "company.team"
SLOWER_THAN_CLIENT = 1.5
MEBIBYTES = 64


def large(engine, rounds):
    return measure(engine, worlds.LARGE_LISTING, rounds)


def tiny(engine, rounds):
    return measure(engine, worlds.TINY_LISTING, 1)


def measure(engine, world, rounds):
    url = engine.open(world)
    until = end_of(world.executions)
    with Sql(url) as sql, tempfile.TemporaryDirectory(prefix="winnow-bench.") as folder, contenders.configuration(url) as file:
        version = engine.version()
        os.chmod(folder, 0o777)
        target = os.path.join(folder, "rows")
        ways = {f"{engine.client}: {what}": engine.client_command(url, statement, target)
                for what, statement in engine.stored_rows(NAMESPACE, utc(until)).items()}
        same = next(iter(ways))
        params = {"namespace": NAMESPACE, "endDate": until.strftime("%Y-%m-%dT%H:%M:%SZ"), "deleted": True, "orderBy": "endDate",
                  "direction": "asc", "fetchType": "STORE"}
        ways["winnow, STORE"] = [program("winnow"), "call", "ListExecutions", "--quiet", "--config", file.name, "--params", json.dumps(params)]
        took = {title: [] for title in ways}
        for _ in range(rounds):
            for title, command in ways.items():
                took[title].append(run(command, target, title))
        total = took["winnow, STORE"][0]["rows"]
        client_rows = took[same][0]["rows"]
        if total != client_rows:
            raise RuntimeError(f"winnow stored {total} rows and the client {client_rows}")
        return section(engine, version, world, total, took, same)


def run(command, target, title):
    """The result of launch(), and the number of written lines; removes the file."""
    measured, output = launch(command)
    path = unquote(urlsplit(json.loads(output)["uri"]).path) if output.startswith("{") else target
    with open(path, "rb") as file:
        measured["rows"] = sum(1 for _ in file)
    os.unlink(path)
    say(f"  {title}: {measured['seconds']:.2f} s for {measured['rows']} rows")
    return measured


def section(engine, version, world, total, took, same):
    def against(title, other):
        return [one["seconds"] / two["seconds"] for one, two in zip(took[title], took[other])]

    def row(title):
        seconds = [each["seconds"] for each in took[title]]
        ratios = against(title, same)
        return [title, number(statistics.median(seconds)), span(seconds),
                number(statistics.median(seconds) * 1e6 / max(total, 1)),
                f"{number(statistics.median(ratios))}x ({span(ratios)})",
                number(max(each["peak_kib"] for each in took[title]) / 1024)]

    ratios = against("winnow, STORE", same)
    peak = max(each["peak_kib"] for each in took["winnow, STORE"]) / 1024
    return Section(
        f"STORE of {total:,} among {world.executions:,} executions on {version}",
        ["", "seconds (median)", "least .. most", "us per row", "against the client", "peak memory, MiB"], [row(title) for title in took],
        [Goal(f"winnow takes at most {SLOWER_THAN_CLIENT}x {same}", statistics.median(ratios), SLOWER_THAN_CLIENT, False, (min(ratios), max(ratios))),
         Goal(f"winnow's memory stays under {MEBIBYTES} MiB", peak, MEBIBYTES, unit=" MiB")],
        "Tenant, namespace with all below it, end date bound, deleted rows included, ordered by end date; the default columns."
        " The client writes what the server sends, in one statement and one snapshot; winnow writes JSON Lines, in pages of 2,000 rows.")
