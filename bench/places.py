"""Where the built programs, the repository and the kept data are."""

import os
import pathlib

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("WINNOW_RELEASE_DIR", REPOSITORY / "build/release"))
# PostgreSQL refuses to run as root and uses its own account, which can't read root's home.
DATA = pathlib.Path(os.environ.get("WINNOW_BENCH_DIR") or (
    "/var/cache/winnow/bench" if os.geteuid() == 0 else pathlib.Path.home() / ".cache/winnow/bench"))


def program(name):
    return str(BUILD / name)
