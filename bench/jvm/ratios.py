"""Reads lines `CONTENDER call|callback NANOSECONDS` and prints the table's rows: medians, and how many of C's they are."""

import collections
import json
import statistics
import sys

TITLES = {"c": "plain C", "jni": "Java by JNI", "ffm": "Java by FFM"}
ABOUT = """A stand-in for the library that does no work, so that what is left is the way in and back. The call is `winnow_job_progress`, in Java
`WinnowJob.progress()` with the object that it returns; the callback is `event` with 90 bytes of JSON, of which Java makes a String."""

rounds = collections.defaultdict(list)
for line in sys.stdin:
    contender, what, nanoseconds = line.split()
    rounds[contender, what].append(float(nanoseconds))

print(json.dumps({"about": ABOUT}))
for contender, title in TITLES.items():
    row = {"": title}
    for what in ("call", "callback"):
        median = statistics.median(rounds[contender, what])
        row[f"{what}, ns"] = median
        row[f"{what} / C's"] = f"{median / statistics.median(rounds['c', what]):.1f}x"
    print(json.dumps(row))
