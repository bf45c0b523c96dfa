"""Retention: the extra cost of a policy of twenty rules against one purge that deletes the same rows, and how long `keep: {last}` looks up
ten thousand flows before it deletes anything."""

import datetime
import sys
import time

import contenders
import worlds
from places import BUILD, REPOSITORY
from report import Goal, Section, number, statements
from sessions import Sql
from turns import launch, ratio, say, take_turns

DEARER = 1.3
SECONDS_TO_FIRST = 2
MEMORY_MIB = 64
KEPT = 5  # executions of each flow

# All kinds of match; what one of them does not match another does, and `otherwise` the rest.
MATCHES = [
    *({"namespace": name} for name in ("company.team", "company.team.sub", "company.teamx", "company.team.sub.deeper", "system")),
    *({"namespace": name} for name in ("company.team_x.**", "company.teamAx.**", "company.*", "o*.**")),
    *({"namespace": "company.**", "states": [state]} for state in ("FAILED", "WARNING", "KILLED")),
    *({"states": [state]} for state in ("FAILED", "CANCELLED")),
    {"flowId": "daily"}, {"flowId": "load_*"}, {"labels": {"team": ["data", "ops"]}}, {"kind": "TEST"},
    {"trigger": "schedule", "states": ["SUCCESS"]},
]


def small(engine, rounds):
    return measure(engine, worlds.RETENTION_SMALL, worlds.FLOWS_SMALL, rounds)


def large(engine, rounds):
    return measure(engine, worlds.RETENTION_LARGE, worlds.FLOWS_LARGE, min(rounds, 2))


def tiny(engine, rounds):
    return measure(engine, worlds.TINY, worlds.TINY_FLOWS, 1)


def policy(engine, url, until):
    """An execution ends every 30 seconds: an age that ends between two of them deletes what a purge up to the first deletes."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    keep = {"age": f"PT{round((now - until).total_seconds()) - 15}S"}
    rules = [{"match": match, "keep": keep} for match in MATCHES]
    return contenders.at_its_fastest(url, "ApplyRetention", {"rules": rules, "otherwise": {"keep": keep}})


def measure(engine, rules_world, flows_world, rounds):
    purge = contenders.winnow(1)
    rules = contenders.Contender(f"{len(MATCHES) + 1} rules", policy)
    executions = rules_world.executions // 2
    series = take_turns(engine, rules_world, executions, [purge, rules], rounds)
    dearer, least, most = ratio(series[rules.title], series[purge.title])
    if series[rules.title].output["executionsCount"] != series[purge.title].output["executionsCount"]:
        raise RuntimeError("the rules and the purge removed different executions")
    first, last_seconds, last_kib, removed = keep_last(engine, flows_world)
    peak = max(*series[purge.title].peak_kib, *series[rules.title].peak_kib, last_kib) / 1024
    rows = [[title, number(own.median()), f"{own.executions:,}", number(max(own.peak_kib) / 1024)] for title, own in series.items()]
    rows.append([f"keep: {{last: {KEPT}}}, {flows_world.flows:,} flows, {flows_world.executions:,} executions", number(last_seconds),
                 f"{removed:,}", number(last_kib / 1024)])
    return Section(
        f"Retention: {len(MATCHES) + 1} rules over {rules_world.executions:,} executions on {engine.version()}",
        ["", "seconds (median)", "executions removed", "peak memory, MiB"], rows,
        [Goal(f"{len(MATCHES) + 1} rules take at most {DEARER}x of one purge of the same rows", dearer, DEARER, spread=(least, most)),
         Goal(f"the first batch of keep: {{last}} is committed after at most {SECONDS_TO_FIRST} s", first, SECONDS_TO_FIRST, unit=" s"),
         Goal(f"memory stays under {MEMORY_MIB} MiB", peak, MEMORY_MIB, unit=" MiB")],
        f"{rounds} rounds in turn, one connection each. The whole process counts; the first batch includes connecting, the look at each"
        " flow that it meets, and a deletion.",
        [(f"{title}: {number(own.seconds[-1])} s, of which the client computed {number(own.cpu_seconds[-1])} s; the server's statements",
          statements(own.profile)) for title, own in series.items()])


def keep_last(engine, world):
    """Seconds to the first batch; seconds and peak memory of a whole run; how many executions it deleted."""
    params = {"rules": [{"match": {"namespace": "company.flows"}, "keep": {"last": KEPT}}]}
    first = first_batch(engine.fresh(world), params)
    url = engine.fresh(world)
    engine.forget_statements(url)
    measured, _ = launch(contenders.at_its_fastest(url, "ApplyRetention", params))
    with Sql(url) as sql:
        left = int(sql.value("SELECT count(*) FROM executions WHERE tenant_id = 'main'"))
    if left != KEPT * world.flows:
        raise RuntimeError(f"{left} executions were left of {world.flows} flows")
    say(f"  {engine.title} keep.last: the first batch after {first:.2f} s, all of {measured['seconds']:.2f} s,"
        f" peak {measured['peak_kib'] / 1024:.0f} MiB")
    return first, measured["seconds"], measured["peak_kib"], world.executions - left


def first_batch(url, params):
    sys.path.insert(0, str(REPOSITORY / "hosts/python"))
    from winnow import Winnow, WinnowError
    seen = []
    began = time.monotonic()
    with contenders.configuration(url) as file, \
            Winnow(open(file.name).read(), library=str(BUILD / "libwinnow.so"),
                   event=lambda event: seen.append(time.monotonic()) if event["event"] == "batch" else None) as winnow, \
            winnow.job("ApplyRetention", params) as job:
        try:
            job.run()
        except WinnowError:
            if not seen:
                raise
    return seen[0] - began
