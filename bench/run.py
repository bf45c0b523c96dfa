#!/usr/bin/env python3
"""./dev bench: measures winnow against its alternatives on servers of its own, and writes docs/benchmarks.md. docs/benchmarks.md says how."""

import argparse
import sys

import machine
import report
from cases import beyond, call, growth, listing, purge, retention, scripts, store, writer
from engines.mysql import Mysql
from engines.postgres import Postgres

ENGINES = {"postgres": Postgres, "mysql": Mysql}
# By name: the measurements on each server.
CASES = {
    "purge-few": purge.few,
    "purge-small": purge.small,
    "purge-large": purge.large,
    "growth": growth.growth,
    "beyond": beyond.beyond,
    "writer": writer.writer,
    "listing-small": listing.small,
    "listing-large": listing.large,
    "store": store.large,
    "call": call.call,
    "retention-small": retention.small,
    "retention-large": retention.large,
}
QUICK = ["purge-small", "call"]
BY_NAME = ["beyond"]  # takes half an hour and 20 GB
TINY = {"purge": purge.tiny, "purge-few": purge.tiny_few, "growth": growth.tiny, "beyond": beyond.tiny, "writer": writer.tiny, "listing": listing.tiny, "store": store.tiny, "call": call.tiny,
        "retention": retention.tiny}


# The measurements without a server of our own.
SCRIPTS = [name for name in scripts.TITLES if scripts.path(name).exists()]


def chosen(names, cases):
    """All cases except those that must be named; or those whose name begins with a given one."""
    if not names:
        return [case for case in cases if cases is not CASES or case not in BY_NAME]
    return [case for case in cases if any(case.startswith(name) for name in names)]


def read_arguments():
    known = ", ".join([*CASES, *SCRIPTS])
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {known}, or the beginning of one; all without it;"
                        f" quick: {' and '.join(QUICK)}, one round, nothing written")
    parser.add_argument("--engines", default="postgres,mysql", help="postgres, mysql, or both (the default)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender runs (default 3)")
    parser.add_argument("--tiny", action="store_true", help="every case at a size that measures nothing; writes nothing")
    parser.add_argument("--dry", action="store_true", help="print the tables and leave docs/benchmarks.md as it is")
    arguments = parser.parse_args()
    if arguments.names == ["quick"]:
        arguments.names, arguments.rounds, arguments.dry = QUICK, 1, True
    for name in arguments.names:
        if not chosen([name], [*CASES, *TINY, *SCRIPTS]):
            parser.error(f"no case {name}; there are {known}")
    return arguments


def show(name, section, measured_on, arguments, settings=""):
    command = " ".join(["./dev bench", *sys.argv[1:]])
    measured_on = "; ".join(filter(None, [measured_on, section.settings or settings]))
    text = f"{section.markdown()}\n\n`{command}`, {measured_on}."
    print(text, "\n", flush=True)
    if not arguments.tiny and not arguments.dry:
        report.write(section.page, name, text)


def measure_on(engine, arguments):
    cases = TINY if arguments.tiny else CASES
    names = chosen(arguments.names, cases)
    if not names:
        return
    engine.start()
    try:
        for name in names:
            print(f"{name} on {engine.title}", file=sys.stderr, flush=True)
            measured_on = machine.describe()
            show(f"{name} {engine.name}", cases[name](engine, arguments.rounds), measured_on, arguments, engine.settings)
    finally:
        engine.pause()


def main():
    arguments = read_arguments()
    for name in arguments.engines.split(","):
        measure_on(ENGINES[name](), arguments)
    for name in [] if arguments.tiny else chosen(arguments.names, SCRIPTS):
        measured_on = machine.describe()
        show(name, scripts.measure(name), measured_on, arguments)


if __name__ == "__main__":
    main()
