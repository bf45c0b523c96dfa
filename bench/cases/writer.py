"""How much a purge slows down a Kestra server that writes executions and logs."""

import json
import statistics
import subprocess
import time

import contenders
import worlds
from places import program
from report import Goal, Section, number
from turns import launch, say
from worlds import end_of

QUIET = "nothing"
PER_SECOND = 50


def writer(engine, rounds):
    # Long enough for some thousand inserts, even on the slower server.
    executions = {"postgres": 100_000, "mysql": 30_000}[engine.name]
    return measure(engine, worlds.LARGE, executions, 15, min(rounds, 2))


def tiny(engine, rounds):
    return measure(engine, worlds.TINY, 200, 0.5, 1)


def measure(engine, world, executions, quiet_seconds, rounds):
    default, fastest, kestra = contenders.winnow_by_default(), contenders.winnow(2), contenders.kestra()
    beside = {QUIET: None, **{each.title: each for each in (default, fastest, kestra, contenders.procedure())}}
    latencies = {title: [] for title in beside}
    for number_of in range(rounds):
        for title, contender in beside.items():
            latencies[title].append(beside_a_purge(engine, world, executions, contender, quiet_seconds))
            say(f"  {number_of + 1}/{rounds} {engine.title} beside {title}: {latencies[title][-1]}")
    quiet = latencies[QUIET]

    def goal(text, what, limit, mine, theirs):
        ratios = [a[what] / b[what] for a, b in zip(latencies[mine.title], latencies[theirs.title])]
        return Goal(text, statistics.median(ratios), limit, spread=(min(ratios), max(ratios)))

    goals = [goal("p50 beside winnow by default, against beside (i)", "p50_us", 1.5, default, kestra),
             goal("p99 beside winnow by default, against beside (i)", "p99_us", 1.5, default, kestra),
             goal("winnow's purge by default, against its fastest", "seconds", 1.3, default, fastest)]
    return Section(
        f"A writer beside a purge on {engine.version()}",
        ["purge beside it", "its seconds", "inserts", "p50, ms", "p99, ms", "longest, ms", "p50 to quiet", "p99 to quiet"],
        [row(title, own, quiet) for title, own in latencies.items()], goals,
        f"{PER_SECOND} executions a second with two logs each, every insert its own transaction, while {executions:,} executions of"
        f" {world.rows(world.executions) / 1e6:.1f} million rows are purged; {rounds} round{'s' * (rounds > 1)} in turn. The machine's cores are shared by"
        " the writer, the purge and the server.")


def row(title, own, quiet):
    def middle(share):
        return statistics.median(each[share] for each in own)

    def to_quiet(share):
        return number(statistics.median(each[share] / still[share] for each, still in zip(own, quiet))) + "x"
    return [title, number(middle("seconds")), f"{sum(each['count'] for each in own):,}", *(number(middle(share) / 1000) for share in ("p50_us", "p99_us", "max_us")),
            to_quiet("p50_us"), to_quiet("p99_us")]


def beside_a_purge(engine, world, executions, contender, quiet_seconds):
    url = engine.fresh(world)
    command = contender and contender.command(engine, url, end_of(executions))
    writing = subprocess.Popen([program("winnow-bench"), "writer", url, "--per-second", str(PER_SECOND)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    begun = time.monotonic()
    if command:
        launch(command)
    else:
        time.sleep(quiet_seconds)
    seconds = time.monotonic() - begun
    return json.loads(writing.communicate()[0]) | {"seconds": seconds}
