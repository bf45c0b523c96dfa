"""Measurements by scripts of other folders: bench/jvm/run.sh, bench/storage/run.sh, ... Each prints one JSON object per line: a row
(all with the same keys, the first of which names it), a goal {"goal", "measured", "limit", "at_least", "spread", "unit"}, or {"about"} the table."""

import json
import subprocess

from places import REPOSITORY
from report import Goal, Section, number

TITLES = {"jvm": "Calls and callbacks from the JVM", "storage": "Files of purged executions in S3",
          "portable": "The portable build beside one with Debian's libraries",
          "kestra": "Purge of 10,000 executions with files in Kestra 1.1.15 on PostgreSQL",
          "far": "Several machines at one backlog",
          "vitess": "One backlog over Vitess with one, two and four shards"}


def path(name):
    return REPOSITORY / "bench" / name / "run.sh"


def goal(**line):
    return Goal(line.pop("goal"), **line)


def measure(name):
    output = subprocess.run([str(path(name))], check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    rows = [line for line in lines if "goal" not in line and "about" not in line]
    about = " ".join(line["about"] for line in lines if "about" in line)
    goals = [goal(**line) for line in lines if "goal" in line]
    head = list(rows[0])
    cells = [[number(value) if isinstance(value, (int, float)) else value for value in row.values()] for row in rows]
    return Section(TITLES[name], ["", *head[1:]], cells, goals, about)
