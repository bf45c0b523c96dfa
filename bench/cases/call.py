"""The cost of a call with nothing to do."""

import json
import resource
import statistics
import subprocess

import contenders
import worlds
from places import program
from report import Section, number, span
from relay import Relay
from sessions import Calls, Sql

NOBODY = "nobody.at.all"
PURGE = {"namespace": NOBODY, "endDate": "2025-01-01T00:00:00Z"}
LIST = {"namespace": NOBODY, "size": 1}
PAGE = {"size": 25}
WARM = "on a connection that is kept (`database.keep-alive`): "


def call(engine, rounds):
    return measure(engine, worlds.SMALL, 100)


def tiny(engine, rounds):
    return measure(engine, worlds.TINY, 2)


def measure(engine, world, times):
    url = engine.open(world)
    version = engine.version()
    with contenders.configuration(url) as file, Calls(file.name) as calls:
        timed = {"winnow_open and winnow_close": calls.microseconds("open", times),
                 "winnow_describe, all tasks": calls.microseconds("describe", times),
                 "an empty purge": calls.microseconds("run", times, task="PurgeExecutions", params=PURGE),
                 "an empty listing": calls.microseconds("run", times, task="ListExecutions", params=LIST)}
        command = [program("winnow"), "call", "ListExecutions", "--config", file.name, "--params", json.dumps(LIST)]
        for each, title in (([program("winnow"), "--version"], "`winnow --version`, processor time"),
                            (command, "`winnow call ListExecutions`, an empty listing, processor time")):
            timed[title] = [processor_microseconds(each) for _ in range(times)]
    with contenders.configuration(url, **{"keep-alive": "PT1M"}) as file, Calls(file.name) as calls:
        for params, title in ((LIST, "an empty listing"), (PAGE, "a page of 25")):
            timed[WARM + title] = calls.microseconds("run", times, task="ListExecutions", params=params)
    trips = {"an empty purge": round_trips(url, "PurgeExecutions", PURGE), "an empty listing": round_trips(url, "ListExecutions", LIST),
             WARM + "an empty listing": round_trips(url, "ListExecutions", LIST, **{"keep-alive": "PT1M"}),
             WARM + "a page of 25": round_trips(url, "ListExecutions", PAGE, **{"keep-alive": "PT1M"})}
    with Relay(url) as relay, Sql(relay.url) as sql:
        sql.value("SELECT 1")
        trips["for comparison: connect and SELECT 1"] = (relay.round_trips, "", relay.connections)
    rows = [[title, number(statistics.median(each)), span(each), *trips.get(title, ("none", "none", "none"))]
            for title, each in timed.items()]
    last = "for comparison: connect and SELECT 1"
    rows.append([last, "", "", *trips[last]])
    return Section(f"Cost of a call on {version}",
                   ["call", "us (median)", "least .. most", "round trips of the first in a process", "of the third", "connections of all three"], rows,
                   about=f"{times} calls in one process, and as many processes of `winnow`; a run includes winnow_job_new, connecting, probing the schema and winnow_job_free.")


def processor_microseconds(command):
    """From the process's start to its end, whatever the load of the machine."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime
    before = spent()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return 1e6 * (spent() - before)


def round_trips(url, task, params, **database):
    """For the first call in a process, and for the third, which finds everything remembered."""
    counted = []
    with Relay(url) as relay, contenders.configuration(relay.url, **database) as file, Calls(file.name) as calls:
        for _ in range(3):
            before = relay.round_trips
            calls.run(task, params)
            counted.append(relay.round_trips - before)
        return counted[0], counted[2], relay.connections
