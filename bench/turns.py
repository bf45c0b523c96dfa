"""Runs contenders in turn, each on a fresh copy of the same world, and keeps the measurements."""

import dataclasses
import json
import statistics
import subprocess
import sys
import tempfile
import time

from places import program
from sessions import Sql
from worlds import end_of, utc

# InnoDB purges rows after their deletion is committed, once no session can read them any more.
CLEANED = "until InnoDB had cleaned up"


def say(text):
    print(text, file=sys.stderr, flush=True)


@dataclasses.dataclass
class Series:
    """The cost of one contender in each round."""
    executions: int
    seconds: list = dataclasses.field(default_factory=list)
    # Until the server had finished its deferred work, if that is waited for.
    cleaned_seconds: list = dataclasses.field(default_factory=list)
    peak_kib: list = dataclasses.field(default_factory=list)
    cpu_seconds: list = dataclasses.field(default_factory=list)
    output: dict = dataclasses.field(default_factory=dict)
    profile: list = dataclasses.field(default_factory=list)

    def median(self):
        return statistics.median(self.seconds)

    def per_execution(self, cleaned=False):
        return [each / self.executions for each in (self.cleaned_seconds if cleaned else self.seconds)]


def ratio(one, other, cleaned=False):
    """How much longer `one` takes than `other`: (median, minimum, maximum) of the rounds' ratios; until all is cleaned up, if `cleaned`."""
    each = [a / b for a, b in zip(one.per_execution(cleaned), other.per_execution(cleaned))]
    return statistics.median(each), min(each), max(each)


def launch(command):
    """Runs a command; returns winnow-bench's measurements of it, and its output."""
    with tempfile.NamedTemporaryFile("r", prefix="winnow-bench.") as report:
        output = subprocess.run([program("winnow-bench"), "launch", report.name, *command], stdout=subprocess.PIPE, text=True).stdout
        measured = json.load(report)
    if measured["status"] != 0:
        raise RuntimeError(f"{command[:3]} ended with {measured['status']}: {output[-2000:]}")
    return measured, output


def check_purged(url, until):
    """A contender that leaves rows behind has not won."""
    with Sql(url) as sql:
        left = sql.value(f"SELECT count(*) FROM executions WHERE deleted IN (true, false) AND tenant_id = 'main' AND end_date <= '{utc(until)}'")
        if left != "0":
            raise RuntimeError(f"{left} executions were left")


def take_turns(engine, world, executions, contenders, rounds, cleans_up=False):
    """{title: Series} of every contender after `rounds` rounds; `cleans_up`: waits for the server's work after the last commit."""
    series = {each.title: Series(max(1, round(executions * each.share))) for each in contenders}
    for number in range(1, rounds + 1):
        for contender in contenders:
            own = series[contender.title]
            until = end_of(own.executions)
            url = engine.fresh(world)
            command = contender.command(engine, url, until)
            engine.forget_statements(url)
            measured, output = launch(command)
            ended = time.monotonic()
            afterwards = engine.settle(url) - ended if cleans_up else 0
            own.profile = engine.slowest_statements(url)
            check_purged(url, until)
            own.seconds.append(measured["seconds"])
            own.cleaned_seconds.append(measured["seconds"] + afterwards)
            own.peak_kib.append(measured["peak_kib"])
            own.cpu_seconds.append(measured["cpu_seconds"])
            if output.startswith("{"):
                own.output = json.loads(output)
            say(f"  {number}/{rounds} {engine.title} {contender.title}: {measured['seconds']:.2f} s for {own.executions} executions,"
                f" {afterwards:.1f} s afterwards, peak {measured['peak_kib'] / 1024:.0f} MiB")
    return series
