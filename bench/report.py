"""Tables and goals as Markdown, and their page, nearly always docs/benchmarks.md."""

import dataclasses
import pathlib
import re

from places import REPOSITORY

PAGE = REPOSITORY / "docs/benchmarks.md"
ALL_GOALS = ("<!-- begin goals -->", "<!-- end goals -->")


@dataclasses.dataclass
class Goal:
    """A ratio that must stay below or reach a limit."""
    text: str
    measured: float
    limit: float
    at_least: bool = False
    spread: tuple = ()  # least, most
    unit: str = "x"

    def met(self):
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def row(self):
        spread = f" ({span(self.spread)})" if self.spread else ""
        return [self.text, f"{number(self.measured)}{self.unit}{spread}", "met" if self.met() else "**missed**"]


@dataclasses.dataclass
class Section:
    """The report of a case."""
    title: str
    head: list
    rows: list
    goals: list = dataclasses.field(default_factory=list)
    about: str = ""
    profiles: list = dataclasses.field(default_factory=list)  # (title, text): why a goal was missed
    more: list = dataclasses.field(default_factory=list)  # (head, rows) of further tables
    page: pathlib.Path = PAGE
    settings: str = ""  # of a server of the case's own

    def missed(self):
        return [goal for goal in self.goals if not goal.met()]

    def markdown(self):
        parts = [f"### {self.title}"]
        if self.about:
            parts.append(self.about)
        parts.append(table(self.head, self.rows))
        if self.goals:
            parts.append(table(["goal", "measured", ""], [goal.row() for goal in self.goals]))
        parts += [table(head, rows) for head, rows in self.more]
        if self.missed():
            parts += [f"{title}:\n\n```\n{text}\n```" for title, text in self.profiles]
        return "\n\n".join(parts)


def number(value):
    """Three significant digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def span(values):
    """The least and the most of them."""
    return f"{number(min(values))} .. {number(max(values))}"


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1)] + rows
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def write(page_path, name, text):
    """Replaces the text between a case's markers, or adds it at the end of the page."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    page = page_path.read_text()
    block = f"{begin}\n\n{text}\n\n{end}"
    if begin in page:
        page = re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: block, page, flags=re.DOTALL)
    else:
        page = page.rstrip() + "\n\n" + block + "\n"
    page_path.write_text(with_all_goals(page))


def with_all_goals(page):
    """The page with a table of all goals at its head."""
    rows = []
    for title, section in re.findall(r"^### (.*?)$(.*?)^<!-- end", page, flags=re.DOTALL | re.MULTILINE):
        goals = section.partition("| goal | measured |  |\n")[2].partition("\n\n")[0]
        for line in goals.splitlines()[1:]:
            rows.append([title, *map(str.strip, line.strip("|").split("|"))])
            title = ""
    met = sum(row[-1] == "met" for row in rows)
    head = [f"{met} of {len(rows)} are met", "goal", "measured", ""]
    block = f"{ALL_GOALS[0]}\n\n{table(head, rows)}\n\n{ALL_GOALS[1]}"
    return re.sub(f"{ALL_GOALS[0]}.*?{ALL_GOALS[1]}", lambda _: block, page, flags=re.DOTALL)


def statements(profile):
    """The slowest statements, from the server's own statistics."""
    lines = ["    calls        ms  statement"]
    for calls, milliseconds, text in profile:
        lines.append(f"{calls:>9} {milliseconds:>9}  {' '.join((text or '').split())[:150]}")
    return "\n".join(lines)
