"""Listings, deleted rows included: OFFSET without a condition on `deleted` (the old way), OFFSET with IN, and winnow."""

import os
import statistics
from urllib.parse import unquote, urlsplit

import contenders
import worlds
from report import Goal, Section, number, span
from sessions import Calls, Sql
from turns import say
from worlds import end_of, utc

NAMESPACE = "company.team"
PAGE = 100
FLAT = 1.5
FASTER_THAN_OLD = {"mysql": 100}
COLUMNS = "tenant_id, namespace, flow_id, state_current, start_date, end_date"
OLD, IN = "", "deleted IN (true, false) AND "


def small(engine, rounds):
    return measure(engine, worlds.LISTING, [1, 100], rounds)


def large(engine, rounds):
    return measure(engine, worlds.LARGE_LISTING, [1, 100, 1000], min(rounds, 2), FASTER_THAN_OLD.get(engine.name))


def tiny(engine, rounds):
    return measure(engine, worlds.TINY_LISTING, [1, 2], 1)


class Listing:
    """The three forms on one world."""

    def __init__(self, engine, world, sql, calls):
        self._sql, self._calls = sql, calls
        self._key = {"postgres": '"key"', "mysql": "`key`"}[engine.name]
        self._until = end_of(world.executions)
        self._params = {"namespace": NAMESPACE, "endDate": self._until.strftime("%Y-%m-%dT%H:%M:%SZ"), "deleted": True,
                        "orderBy": "endDate", "direction": "asc"}

    def _where(self, deleted):
        return (f" FROM executions WHERE {deleted}tenant_id = 'main' AND (namespace = '{NAMESPACE}' OR namespace LIKE '{NAMESPACE}.%')"
                f" AND end_date <= '{utc(self._until)}'")

    def page_sql(self, deleted, page):
        return (f"SELECT {self._key}, {COLUMNS}{self._where(deleted)} ORDER BY end_date, {self._key}"
                f" LIMIT {PAGE} OFFSET {(page - 1) * PAGE}")

    def page_by_sql(self, deleted, page):
        return self._sql.milliseconds(self.page_sql(deleted, page), 1)[0]

    def count_by_sql(self, deleted):
        return self._sql.milliseconds(f"SELECT count(*){self._where(deleted)}", 1)[0]

    def all_by_sql(self, deleted):
        return self._sql.milliseconds(f"SELECT {self._key}, {COLUMNS}{self._where(deleted)} ORDER BY end_date, {self._key}", 1)[0]

    def call(self, times=1, **params):
        return self._calls.run("ListExecutions", {**self._params, **params}, times)

    def total(self):
        return self.call(fetchType="NONE")[0]["size"]

    def cursor_after(self, rows):
        """For the page that begins after this many rows; None for the first."""
        cursor = {}
        while rows > 0:
            size = min(rows, 10_000)
            cursor = {"cursor": self.call(size=size, columns=["id"], **cursor)[0]["cursor"]}
            rows -= size
        return cursor

    def all_by_winnow(self):
        result, milliseconds = self.call(fetchType="STORE")
        os.unlink(unquote(urlsplit(result["uri"]).path))
        return milliseconds[0]


def measure(engine, world, pages, rounds, faster=None):
    url = engine.open(world)
    version = engine.version()
    with Sql(url) as sql, contenders.configuration(url) as file, Calls(file.name) as calls:
        listing = Listing(engine, world, sql, calls)
        total = listing.total()
        last = (total - 1) // PAGE + 1
        lines = {f"page {page:,}": turns_of_a_page(listing, page, rounds) for page in pages}
        lines[f"last page ({last:,})"] = turns_of_a_page(listing, last, rounds)
        say(f"  {version}: pages done")
        lines["count"] = [[listing.count_by_sql(OLD), listing.count_by_sql(IN), listing.call(fetchType="NONE")[1][0]]
                          for _ in range(rounds)]
        lines["STORE of all"] = [[listing.all_by_sql(OLD), listing.all_by_sql(IN), listing.all_by_winnow()] for _ in range(rounds)]
        # The cost of a call with an empty page: connecting, probing, one round of statements.
        opening = statistics.median(listing.call(times=20, namespace="nobody.at.all", size=PAGE)[1])
        deep = f"page {pages[-1]:,}"
        section = Section(
            f"Listing {total:,} of {world.executions:,} executions on {version}, ms",
            ["", "OFFSET, old way", "OFFSET, deleted IN", "winnow", "winnow without opening", "winnow against the old way"],
            [row(title, each, opening) for title, each in lines.items()], goals(lines, deep, opening, faster),
            f"Tenant, namespace with all below it, end date bound, deleted rows included, ordered by end date, pages of {PAGE}; medians of"
            f" {rounds} rounds in turn. SQL runs on an open connection; winnow's call opens one and probes the schema, which takes"
            f" {number(opening)} ms of each (`winnow without opening` leaves that out).")
        if section.missed():
            section.profiles.append(("OFFSET, old way, " + deep, plan(sql, engine, listing.page_sql(OLD, pages[-1]))))
        return section


def turns_of_a_page(listing, page, rounds):
    """[old, IN, winnow] of each round."""
    cursor = listing.cursor_after((page - 1) * PAGE)
    return [[listing.page_by_sql(OLD, page), listing.page_by_sql(IN, page), statistics.median(listing.call(times=9, size=PAGE, **cursor)[1])]
            for _ in range(rounds)]


def middles(turns):
    return [statistics.median(way) for way in zip(*turns)]


def row(title, turns, opening):
    old, inside, winnow = middles(turns)
    ratios = [each[0] / each[2] for each in turns]
    return [title, number(old), number(inside), number(winnow), number(max(winnow - opening, 0)),
            f"{number(statistics.median(ratios))}x faster ({span(ratios)})"]


def goals(lines, deep, opening, faster):
    first, last = middles(lines["page 1"]), middles(lines[deep])
    result = [Goal(f"winnow's {deep} within {FLAT}x of its page 1, opening left out",
                   max(last[2] - opening, 0.01) / max(first[2] - opening, 0.01), FLAT)]
    if faster:
        ratios = [each[0] / each[2] for each in lines[deep]]
        result.append(Goal(f"the old way's {deep} takes at least {faster}x winnow's", statistics.median(ratios), faster, True,
                           (min(ratios), max(ratios))))
    return result


def plan(sql, engine, statement):
    return "\n".join(line[0] for line in sql.rows(engine.explain(statement)))[:3000]
