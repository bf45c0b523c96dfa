#!/usr/bin/env python3
"""The released library works in a process that has another libpq, libcurl and OpenSSL, and survives 10,000 loads: neighbours_test.py FOLDER,
where FOLDER is build/portable-ARCH. The others come from PyPI wheels and are newer than winnow's own."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
WHEELS = ("psycopg2-binary==2.9.11", "pycurl==7.45.7")
BUILD = None


def run(*command):
    done = subprocess.run([str(word) for word in command], text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def others():
    """The libpq and libcurl of the wheels, kept outside of the tree."""
    cache = pathlib.Path(os.environ.get("WINNOW_CACHE", pathlib.Path.home() / ".cache/winnow")) / "neighbours"
    for wheel in WHEELS:
        folder = cache / wheel
        if not folder.is_dir():
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache) as work:
                run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", work, wheel)
                shutil.unpack_archive(next(pathlib.Path(work).glob("*.whl")), f"{work}/unpacked", "zip")
                shutil.move(f"{work}/unpacked", folder)
    return [next(cache.rglob("libpq-*.so*")), next(cache.rglob("libcurl-*.so*"))]


class Neighbours(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="winnow-neighbours.")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        run("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", f"-I{SOURCE}/abi", SOURCE / "tests/release/neighbours.c", "-ldl", "-o",
            self.folder / "neighbours")

    def load(self, times, *libraries):
        run(BUILD / "winnow-sample", "--database", f"sqlite:{self.folder}/kestra.db", "--executions", 200)
        said = run(self.folder / "neighbours", BUILD / "libwinnow.so", self.folder, times, *libraries)
        own = json.loads(re.search("^winnow's own: (.*)$", said, re.M)[1])
        self.assertGreater(json.loads(said.splitlines()[1])["executionsCount"], 0)
        return own, said.splitlines()[-1]

    def test_each_side_keeps_its_own_libraries(self):
        alone, _ = self.load(1)
        os.remove(self.folder / "kestra.db")
        beside, neighbours = self.load(1, *others())
        self.assertEqual(beside, alone)
        libpq, curl = re.match(r"the neighbours': libpq (\d+), libcurl/([\d.]+)", neighbours).groups()
        self.assertGreaterEqual(int(libpq), 170000)
        self.assertGreaterEqual(int(curl.split(".")[0]), 8)

    def test_ten_thousand_loads_leave_nothing(self):
        self.load(10_000)


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop(1)).absolute()
    unittest.main()
