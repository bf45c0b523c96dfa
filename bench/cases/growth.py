"""Whether a row costs the same in a purge of ten thousand rows and in one of a million."""

import contenders
import worlds
from report import Goal, Section, number, span, statements
from turns import take_turns

FLAT = 1.5
FLAT_MEMORY = 1.25


def growth(engine, rounds):
    return measure(engine, worlds.LARGE, [769, 7_692, 76_923], min(rounds, 2))


def tiny(engine, rounds):
    return measure(engine, worlds.TINY, [20, 100, 200], 1)


def measure(engine, world, sizes, rounds):
    purge = contenders.winnow(2).command
    runs = [contenders.Contender(f"{world.rows(size):,}", purge, size / sizes[-1]) for size in sizes]
    series = take_turns(engine, world, sizes[-1], runs, rounds)
    microseconds = [own.median() * 1e6 / world.rows(own.executions) for own in series.values()]
    peaks = [max(own.peak_kib) / 1024 for own in series.values()]
    smallest, largest = series[runs[0].title], series[runs[-1].title]
    return Section(
        f"Growth: winnow with two connections in a table of {world.rows(world.executions) / 1e6:.1f} million rows on {engine.version()}",
        ["rows to purge", "seconds (median)", "least .. most", "us per row", "peak memory, MiB"],
        [[title, number(own.median()), span(own.seconds), number(each), number(peak)]
         for (title, own), each, peak in zip(series.items(), microseconds, peaks)],
        [Goal("time per row, dearest to cheapest", max(microseconds) / min(microseconds), FLAT),
         Goal("peak memory, largest to smallest", max(peaks) / min(peaks), FLAT_MEMORY)],
        f"Rows are executions, logs and metrics together; {rounds} rounds in turn. The whole process counts: start, connect, probe.",
        [(f"{title} rows: {number(own.seconds[-1])} s, of which the client computed {number(own.cpu_seconds[-1])} s;"
          " the server's statements", statements(own.profile))
         for title, own in ((runs[0].title, smallest), (runs[-1].title, largest))])
