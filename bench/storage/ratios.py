"""Turns what bench/storage/run.sh measured, a JSON object a line, into rows and a goal for bench/cases/scripts.py."""

import json
import statistics
import sys

FLOOR, OURS = "DeleteObjects of 1,000", "winnow"

seconds, files = {}, {}
for line in map(json.loads, sys.stdin):
    key = (line["case"], line["requests"])
    seconds.setdefault(key, []).append(line["seconds"])
    files[key] = line["files"]


def against_floor(key):
    each = [own / floor for own, floor in zip(seconds[key], seconds[FLOOR, key[1]])]
    return statistics.median(each)


print(json.dumps({"about": "Objects of one byte in versitygw on this machine, whose own work is most of the time; DeleteObjects lists the"
                           " prefix and deletes each page, winnow lists what a batch's executions of a flow have. Medians of 3 rounds in turn."}))
for key, each in seconds.items():
    case, requests = key
    middle = statistics.median(each)
    print(json.dumps({"case": f"{case}, {requests} in flight", "files": files[key], "seconds": round(middle, 2),
                      "files/s": round(files[key] / middle), "against DeleteObjects": f"{against_floor(key):.2f}x"}))
