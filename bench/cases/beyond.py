"""Tables that are far bigger than the server's buffers: what a row costs in time, pages read and bytes logged, how that grows, and what it says
of tables that nobody can try (docs/beyond-memory.md).

The contenders work in turn on one database: each takes the oldest twentieth of it, then each takes its share of a half. Copies for each of them
would not fit on a machine of this size. Before each purge the server starts anew, so that it begins cold and behind a checkpoint."""

import dataclasses
import os
import shutil
import statistics
import time

import contenders
import worlds
from engines.small import BUFFERS_MIB, SMALL
from places import DATA, REPOSITORY
from report import Goal, Section, number
from turns import CLEANED, check_purged, launch, say
from worlds import end_of

PAGE = REPOSITORY / "docs/beyond-memory.md"
OLDEST = 0.05
HALF = 0.5
SHARES = {3: "a sixth", 4: "an eighth"}
FLAT = 1.5
FLAT_MEMORY = 1.25
PREDICTED_PERCENT = 20
LOGS = {"postgres": [100_000, 1_000_000, 10_000_000], "mysql": [100_000, 300_000, 1_000_000]}
LOGS_OF_AN_EXECUTION = 10
# A world up to this size is made once and kept; bigger ones are made for each run, on PostgreSQL from this one.
KEPT_LOGS = 100_000
# Disk space per log with its share of an execution and its metrics, all indexes, and the space for building those.
DISK_BYTES_OF_A_LOG = {"postgres": 1_700, "mysql": 5_000}
FREE_AFTERWARDS = 3 << 30
QUANTITIES = {"seconds": "time", "pages": "pages read", "logged": "bytes logged"}
FAR_LOGS = 1_000_000_000
PACED_ROWS = 10_000  # a second
# kestra-io/kestra#15829: 77 million rows of logs after six days.
REPORTED_ROWS_A_DAY = 77_000_000 / 6
PAGE_BYTES = {"postgres": 8 << 10, "mysql": 16 << 10}


@dataclasses.dataclass(frozen=True)
class Size:
    world: worlds.World
    executions: int  # of the world, that the shares are shares of
    seed: worlds.World = None  # a smaller world that this one is made of

    def logs(self):
        return self.executions * self.world.logs


@dataclasses.dataclass
class Purge:
    """The cost of one contender."""
    rows: int
    seconds: float
    pages: int
    logged: int
    peak_kib: int
    afterwards: float  # seconds until the server had done what it leaves for later
    profile: list

    @property
    def cleaned(self):
        """Seconds until nothing was left to do."""
        return self.seconds + self.afterwards

    def a_row(self, quantity):
        return getattr(self, quantity) / self.rows


def beyond(engine, rounds):
    *smaller, largest = chosen_logs(engine.name)
    held = held_by_disk(engine.name, largest)
    if not smaller and not held:
        raise RuntimeError(f"no room for {largest:,} logs in {DATA}")
    return beside(engine, [size_of(logs) for logs in smaller] + ([size_of(held)] if held > max(smaller, default=0) else []), rounds)


def tiny(engine, rounds):
    return beside(engine, [Size(worlds.TINY, executions) for executions in (100, 200, 300)], 1, cold=False)


def chosen_logs(engine):
    given = os.environ.get("WINNOW_BENCH_LOGS")
    if not given:
        return LOGS[engine]
    whole = {max(KEPT_LOGS, logs - logs % KEPT_LOGS) if logs > KEPT_LOGS else logs for logs in (int(float(each)) for each in given.split(","))}
    return sorted(whole)


def size_of(logs):
    def world(executions):
        return worlds.World(f"beyond_{executions}", executions, LOGS_OF_AN_EXECUTION, 2, worlds.PURGED)
    executions, kept = logs // LOGS_OF_AN_EXECUTION, KEPT_LOGS // LOGS_OF_AN_EXECUTION
    if executions <= kept:
        return Size(world(executions), executions)
    executions -= executions % kept
    return Size(world(executions), executions, world(kept))


def held_by_disk(engine, logs):
    """This many logs, or as many as fit on the disk."""
    DATA.mkdir(parents=True, exist_ok=True)
    bytes_of_a_log = DISK_BYTES_OF_A_LOG[engine]
    room = max(0, shutil.disk_usage(DATA).free - FREE_AFTERWARDS) // bytes_of_a_log
    if logs <= max(room, KEPT_LOGS):
        return logs
    held = room - room % KEPT_LOGS
    say(f"  {logs:,} logs need {logs * bytes_of_a_log / 1e9:.0f} GB of disk and {FREE_AFTERWARDS / 1e9:.0f} to spare: {held:,} instead")
    return held


def beside(engine, sizes, rounds, cold=True):
    """On a separate server; the other one is stopped meanwhile."""
    small = SMALL[engine.name]() if cold else SMALL[engine.name](still_seconds=0)
    engine.pause()
    small.start()
    try:
        return measure(small, sizes, rounds, cold)
    finally:
        small.pause()
        engine.start()


def measure(small, sizes, rounds, cold):
    winnow, kestra, floor = contenders.winnow_by_default(), contenders.kestra(), contenders.procedure()
    runs = [winnow, kestra, floor] + ([contenders.guarded_procedure()] if small.name == "postgres" else [])
    results = {}  # (logs, stage): {title: [Purge of each round]}
    for number_of in range(1, rounds + 1):
        for size in sizes:
            say(f"  {number_of}/{rounds} {small.title}, {size.logs():,} logs")
            for key, title, purge in purges(small, size, runs, cold):
                results.setdefault(key, {}).setdefault(title, []).append(purge)
    results = {key: {title: middle(each) for title, each in of.items()} for key, of in results.items()}
    return section(small, sizes, results, winnow.title, [kestra.title, floor.title], rounds)


def middle(purges_):
    """The medians of the rounds."""
    same = {name: statistics.median(getattr(each, name) for each in purges_) for name in ("seconds", "pages", "logged", "afterwards")}
    return dataclasses.replace(purges_[-1], peak_kib=max(each.peak_kib for each in purges_), **same)


def stages(count):
    share = HALF / count
    return [("the oldest 5 %", OLDEST), (f"{SHARES[count]} each, half in all", share)]


def purges(small, size, runs, cold):
    """(key, title, Purge) of every contender in every stage. The first contender comes last in the next stage."""
    began = time.monotonic()
    url = small.once(size.world, size.seed) if size.seed else small.fresh(size.world)
    say(f"    {small.bytes(url) / 1e9:.2f} GB, ready after {time.monotonic() - began:.0f} s")
    taken = 0
    for stage, share in stages(len(runs)):
        for contender in runs:
            executions = round(size.executions * share)
            taken += executions
            if cold:
                url = small.cold()
            purge = one(small, contender, url, end_of(taken), size.world.rows(executions))
            say(f"    {stage}: {contender.title}: {purge.seconds:.2f} s for {purge.rows:,} rows, {purge.a_row('pages'):.3f} pages"
                f" and {purge.a_row('logged'):.0f} bytes of {small.log} a row, peak {purge.peak_kib / 1024:.0f} MiB; {purge.afterwards:.1f} s afterwards")
            yield (size.logs(), stage), contender.title, purge
        runs = runs[::-1]


def one(small, contender, url, until, rows):
    command = contender.command(small, url, until)
    small.settle(url)
    pages, logged = small.counters(url)
    measured, _ = launch(command)
    ended = time.monotonic()
    afterwards = small.settle(url) - ended
    pages_then, logged_then = small.counters(url)
    profile = small.pages_by_table(url)
    check_purged(url, until)
    # A warm start may read no page, but a ratio needs at least one.
    return Purge(rows, measured["seconds"], max(1, pages_then - pages), max(1, logged_then - logged), measured["peak_kib"], afterwards, profile)


def section(small, sizes, results, winnow, others, rounds):
    with_afterwards = small.name == "mysql"
    compared = QUANTITIES | ({"cleaned": f"time {CLEANED}"} if with_afterwards else {})
    head = ["logs in the table", "what goes", "", "rows", "seconds", "us per row", "pages read per row", f"bytes of {small.log} per row", "peak memory, MiB"]
    rows = [row(*key, title, purge) + ([number(purge.afterwards)] if with_afterwards else [])
            for key, of in results.items() for title, purge in of.items()]
    largest = sizes[-1].logs()
    return Section(
        f"Beyond memory: {' to '.join(f'{size.logs():,}' for size in (sizes[0], sizes[-1]))} logs on {small.version()} with {BUFFERS_MIB} MB of buffers",
        head + ([f"seconds more {CLEANED}"] if with_afterwards else []), rows,
        [goal for stage in last_stages(results) for goal in goals(results, sizes, stage, winnow, others, compared)],
        f"Ten logs and two metrics to an execution, all of Kestra 1.1's indexes; {rounds} round{'s' if rounds > 1 else ''}. The contenders work in turn on"
        " one database, each cold and behind a checkpoint; who was first at the oldest 5 % is last at the half."
        " Pages are those that the server read into its buffers, from the disk or from the system's page cache.",
        [(f"Pages read in the last purge of {title}, {stage} of {largest:,} logs",
          "\n".join("  ".join(str(cell) for cell in line) for line in results[largest, stage][title].profile))
         for stage in last_stages(results) for title in (winnow, others[-1])],
        page=PAGE, settings=small.settings, more=[foretold(sizes, results, winnow), far(small, sizes, results, winnow)] if len(sizes) > 2 else [])


def last_stages(results):
    """The results of the biggest table."""
    return [stage for _, stage in list(results)[-2:]]


def row(logs, stage, title, purge):
    return [f"{logs:,}", stage, title, f"{purge.rows:,}", number(purge.seconds), number(purge.a_row("seconds") * 1e6), number(purge.a_row("pages")),
            number(purge.a_row("logged")), number(purge.peak_kib / 1024)]


def goals(results, sizes, stage, winnow, others, compared):
    def of(size, title=winnow):
        return results[size.logs(), stage][title]
    largest = of(sizes[-1])
    ahead = [Goal(f"{stage}, {sizes[-1].logs():,} logs: {text} per row against {title}", largest.a_row(quantity) / of(sizes[-1], title).a_row(quantity), 1)
             for quantity, text in compared.items() for title in others]
    if len(sizes) < 2:
        return ahead
    before = of(sizes[-2])
    grown = f"{stage}, {sizes[-1].logs():,} logs against {sizes[-2].logs():,}"
    ahead.append(Goal(f"{grown}: time per row", largest.a_row("seconds") / before.a_row("seconds"), FLAT))
    ahead.append(Goal(f"{grown}: peak memory", largest.peak_kib / before.peak_kib, FLAT_MEMORY))
    if len(sizes) < 3:
        return ahead
    return ahead + [Goal(f"{stage}: {text}, predicted from the two smaller tables, off by", off(predicted, getattr(largest, quantity)), PREDICTED_PERCENT, unit=" %")
                    for (quantity, text), predicted in zip(QUANTITIES.items(), predictions(of(sizes[-3]), before, largest.rows))]


def foretold(sizes, results, winnow):
    """(head, rows): the forecast from the two smaller tables for the biggest one, and its measured cost."""
    rows = []
    for stage in last_stages(results):
        smallest, middle_one, largest = (results[size.logs(), stage][winnow] for size in sizes[-3:])
        for (quantity, text), predicted in zip(QUANTITIES.items(), predictions(smallest, middle_one, largest.rows)):
            measured = getattr(largest, quantity)
            rows.append([f"{stage}: {text}{' (s)' if quantity == 'seconds' else ''}", number(predicted), number(measured), f"{number(off(predicted, measured))} %"])
    return [f"winnow, {sizes[-1].logs():,} logs", f"predicted from {sizes[-3].logs():,} and {sizes[-2].logs():,}", "measured", "off by"], rows


def off(predicted, measured):
    return abs(predicted / measured - 1) * 100


def predictions(smaller, larger, rows):
    """Each quantity for this many rows, on the line through two measured purges."""
    for quantity in QUANTITIES:
        slope = (getattr(larger, quantity) - getattr(smaller, quantity)) / (larger.rows - smaller.rows)
        yield getattr(larger, quantity) + slope * (rows - larger.rows)


def far(small, sizes, results, winnow):
    """(head, rows): the cost of a thousand million logs, on the line through the two largest tables."""
    rows = []
    for stage, share in zip(last_stages(results), (OLDEST, HALF)):
        smaller, larger = (results[size.logs(), stage][winnow] for size in sizes[-2:])
        gone = sizes[-1].world.rows(round(FAR_LOGS / sizes[-1].world.logs * share))
        seconds, pages, logged = predictions(smaller, larger, gone)
        day_seconds, _, day_logged = predictions(smaller, larger, REPORTED_ROWS_A_DAY)
        rows.append([f"{share:.0%}".replace("%", " %"), f"{gone:,}", number(seconds / 3600), number(gone / PACED_ROWS / 3600), number(pages * PAGE_BYTES[small.name] / 1e9),
                     number(logged / 1e9), number(logged / gone * PACED_ROWS / 1e6), number(day_seconds / 60), number(day_logged / 1e9)])
    head = [f"of {FAR_LOGS:,} logs", "rows that go", "hours, as fast as it goes", f"hours with `pace: {{rowsPerSecond: {PACED_ROWS}}}`", "GB read", f"GB of {small.log}",
            f"MB of {small.log} a second at that pace", "minutes for a day's 12.8 million rows", f"GB of {small.log} for those"]
    return head, rows
