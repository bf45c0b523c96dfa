"""Turns what bench/kestra/run.sh measured, {"contender", "seconds"} a line, into rows and goals for bench/cases/scripts.py."""

import json
import statistics
import sys

TITLES = {"installed": "winnow as installed: by its own storage", "callback": "winnow by callback: the plugin removes the files of 25 executions a request",
          "kestra": "Kestra's own: its statements, its storage calls", "storage": "its storage calls alone",
          "rows": "winnow as installed, the rows alone", "command": "the same rows by the command, its start included"}
WITHOUT_FILES = ("rows", "command")
ABOUT = """Two small files each, on the local storage; the JVM is warm (Java 21). winnow's times are those of its task in a live Kestra, from the worker's
start of it to its end, connecting included. Kestra's own driver for PostgreSQL is not published, so its purge is what its classes do: its documents read
and made objects, its statements by the hundred over connections that are open, and `deleteByPrefix` for each execution by the server's storage. The
last two purge the same 10,000 executions with 20,000 logs and 20,000 metrics, and no file."""

seconds = {}
for line in sys.stdin:
    if '{"contender"' not in line:
        sys.stderr.write(line)
        continue
    run = json.loads(line[line.index('{'):])
    seconds.setdefault(run["contender"], []).append(run["seconds"])
if list(seconds) != list(TITLES):
    raise SystemExit("the measurement did not end (see above)")


def ratio(one, other):
    """(median, least, most) of the rounds' ratios."""
    each = [a / b for a, b in zip(seconds[one], seconds[other])]
    return statistics.median(each), min(each), max(each)


def against(one, other):
    return "{:.2f}x ({:.2f} .. {:.2f})".format(*ratio(one, other))


def goal(text, limit, unit, middle, *spread):
    print(json.dumps({"goal": text, "measured": middle, "limit": limit, "unit": unit, "spread": spread}))


print(json.dumps({"about": f"{ABOUT} Medians of {len(seconds['kestra'])} rounds in turn; the first, which warms, is not counted."}))
for name, title in TITLES.items():
    each = seconds[name]
    files = name not in WITHOUT_FILES
    print(json.dumps({"": title, "seconds (median)": statistics.median(each), "least .. most": f"{min(each):.2f} .. {max(each):.2f}",
                      "against Kestra's own": against(name, "kestra") if files else "",
                      "against its storage calls": against(name, "storage") if files else "",
                      "against the command": "" if files else against(name, "command")}))
installed = seconds["installed"]
goal("winnow as installed takes at most 0.6 s", 0.6, " s", statistics.median(installed), min(installed), max(installed))
goal("winnow by callback takes at most half of Kestra's own", 0.5, "x", *ratio("callback", "kestra"))
rows = seconds["rows"]
goal("without files winnow takes at most 0.28 s", 0.28, " s", statistics.median(rows), min(rows), max(rows))
