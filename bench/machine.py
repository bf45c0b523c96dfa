"""The environment of a table's measurement."""

import datetime
import os
import platform
import subprocess

from places import REPOSITORY


def _first(path, prefix):
    with open(path) as lines:
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(prefix)), "")


def describe():
    memory = int(_first("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024
    processor = _first("/proc/cpuinfo", "model name") or platform.machine()
    commit = subprocess.run(["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    load = os.getloadavg()[0]
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return (f"{date}, commit {commit or 'unknown'}; {os.cpu_count()} x {processor}, {memory:.0f} GiB, Linux {platform.release()};"
            f" load {load:.1f} before it began")
