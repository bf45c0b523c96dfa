"""Purges: winnow against Kestra's statements, row by row, procedures in the server and pt-archiver."""

import dataclasses
import statistics

import contenders
import worlds
from report import Goal, Section, number, span, statements
from turns import CLEANED, ratio, take_turns

MEMORY_LIMIT_MIB = 64
FASTER_THAN_KESTRA = {"postgres": 3, "mysql": 1.5}


def small(engine, rounds):
    share = 0.2
    return purge(engine, worlds.SMALL, 10_000, share, rounds, engine.name == "mysql")


def large(engine, rounds):
    share = 0.02
    on_mysql = engine.name == "mysql"  # where a round takes nine minutes
    return purge(engine, worlds.LARGE, 100_000, share, min(rounds, 2) if on_mysql else rounds, on_mysql)


def few(engine, rounds):
    return few_of(engine, worlds.SMALL, [200, 2_000], rounds)


def tiny_few(engine, rounds):
    return few_of(engine, worlds.TINY, [20, 100], 1)


def tiny(engine, rounds):
    return purge(engine, worlds.TINY, 200, 0.5, 1)


def purge(engine, world, executions, share, rounds, cleans_up=False):
    one, two = contenders.winnow(1), contenders.winnow(2)
    kestra, floor, rows = contenders.kestra(), contenders.procedure(), contenders.row_by_row(share)
    # Further contenders: on PostgreSQL the procedure with the same guarantees, on MySQL a tool.
    special = contenders.archiver() if engine.name == "mysql" else contenders.guarded_procedure()
    others = [kestra, floor, rows, special]
    series = take_turns(engine, world, executions, [one, two, *others], rounds, cleans_up)
    against = series[two.title]
    result = Section(
        f"Purge of {executions:,} executions, {executions * world.logs:,} logs, {executions * world.metrics:,} metrics on {engine.version()}",
        ["", "seconds (median)", "least .. most", *([CLEANED] if cleans_up else []), "executions", "us per row", "against winnow with 2", "peak memory, MiB"],
        [row(title, own, against, world, cleans_up) for title, own in series.items()],
        about=f"Among {world.executions:,} executions ({world.rows(world.executions):,} rows); {rounds} rounds; winnow's and the"
              f" procedure's batches are of {contenders.BATCH_SIZE} executions (winnow's grow to that; `batchTime` out of the way).")

    def add(text, a, b, limit, at_least=False, cleaned=False):
        middle, least, most = ratio(series[a.title], series[b.title], cleaned)
        result.goals.append(Goal(text, middle, limit, at_least, (least, most)))

    if engine.name == "mysql":
        add("winnow with one connection takes at most 1.2x (iii)", one, floor, 1.2)
    else:
        add("winnow with one connection takes at most 1.15x (v)", one, special, 1.15)
        add("winnow with two connections takes less than 0.8x (v)", two, special, 0.8)
        add("winnow with one connection takes at most 1.4x (iii)", one, floor, 1.4)
    add("winnow with two connections takes less than (iii)", two, floor, 1)
    faster = FASTER_THAN_KESTRA[engine.name]
    add(f"(i) takes at least {faster}x winnow with two", kestra, two, faster, True)
    if cleans_up:
        add(f"the same, {CLEANED}", kestra, two, faster, True, True)
    add("(ii) takes at least 4x winnow with two, per row", rows, two, 4, True)
    if engine.name == "mysql":
        add("(iv) takes at least 4x winnow with two", special, two, 4, True)
    peak = max(series[one.title].peak_kib + series[two.title].peak_kib) / 1024
    result.goals.append(Goal(f"winnow's memory stays under {MEMORY_LIMIT_MIB} MiB", peak, MEMORY_LIMIT_MIB, unit=" MiB"))
    floors = [floor] if engine.name == "mysql" else [floor, special]
    for each in (one, two, *floors):
        own = series[each.title]
        result.profiles.append((f"{each.title}: {number(own.seconds[-1])} s, of which the client computed {number(own.cpu_seconds[-1])} s;"
                                " the server's statements", statements(own.profile)))
    return result


def few_of(engine, world, sizes, rounds):
    """Where connecting and looking at the schema are most of a purge, which Kestra's statements do without."""
    def of(executions, contender):
        title = f"{executions:,} executions: {contender.title}"
        return dataclasses.replace(contender, title=title, share=executions / sizes[-1])
    pairs = {executions: [of(executions, each) for each in (contenders.winnow_by_default(), contenders.kestra())] for executions in sizes}
    series = take_turns(engine, world, sizes[-1], [each for pair in pairs.values() for each in pair], rounds)
    result = Section(
        f"Purge of {' and '.join(f'{each:,}' for each in sizes)} executions on {engine.version()}",
        ["", "seconds (median)", "least .. most", "rows", "us per row", "client's processor time, s"],
        [[title, number(own.median()), span(own.seconds), f"{world.rows(own.executions):,}",
          number(own.median() * 1e6 / world.rows(own.executions)), number(statistics.median(own.cpu_seconds))] for title, own in series.items()],
        about=f"With {world.logs} logs and {world.metrics} metrics each, among {world.executions:,} executions; {rounds} rounds in turn. The whole process counts.")
    for executions, (winnow, kestra) in pairs.items():
        middle, least, most = ratio(series[winnow.title], series[kestra.title])
        result.goals.append(Goal(f"{executions:,} executions: winnow by default takes at most (i)", middle, 1, spread=(least, most)))
        own = series[winnow.title]
        result.profiles.append((f"{winnow.title}: {number(own.seconds[-1])} s; the server's statements", statements(own.profile)))
    return result


def row(title, own, against, world, cleans_up):
    middle, least, most = ratio(own, against)
    cleaned = [number(statistics.median(own.cleaned_seconds))] if cleans_up else []
    return [title, number(own.median()), span(own.seconds), *cleaned, f"{own.executions:,}",
            number(own.median() * 1e6 / world.rows(own.executions)),
            f"{number(middle)}x ({span((least, most))})", number(max(own.peak_kib) / 1024)]
