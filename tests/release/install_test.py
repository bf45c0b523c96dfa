#!/usr/bin/env python3
"""Another program can use an installed winnow, by CMake and by pkg-config, in C and in C++: install_test.py BUILD FOLDER, where
BUILD is a CMake build folder. --prefix PREFIX instead of BUILD tests an existing installation."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CONSUMER = SOURCE / "tests/release/consumer"
BUILD, FOLDER = None, None


def run(*command, **environment):
    done = subprocess.run([str(word) for word in command], text=True, capture_output=True, check=False, env={**os.environ, **environment})
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(FOLDER, ignore_errors=True)
        cls.prefix = FOLDER / "prefix"
        run("cmake", "--install", BUILD, "--prefix", cls.prefix)
        (cls.library,) = cls.prefix.glob("lib*/**/libwinnow.so")
        cls.environment = {"LD_LIBRARY_PATH": str(cls.library.parent)}

    def setUp(self):
        self.work = FOLDER / self._testMethodName
        self.work.mkdir()
        run(self.prefix / "bin/winnow-sample", "--database", f"sqlite:{self.work}/kestra.db", "--executions", 200)

    def assert_purges(self, program):
        result = json.loads(run(program, self.work, **self.environment))
        self.assertGreater(result["executionsCount"], 0)

    def assert_says_its_version(self, program):
        info = json.loads(run(program, **self.environment))
        self.assertEqual(info["version"], SOURCE.joinpath("VERSION").read_text().strip())

    def test_by_cmake(self):
        build = self.work / "build"
        run("cmake", "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        self.assert_purges(build / "consumer_c")
        self.assert_says_its_version(build / "consumer_cxx")

    def test_by_pkg_config(self):
        (folder,) = self.prefix.glob("lib*/**/pkgconfig")
        ask = {"PKG_CONFIG_PATH": str(folder)}
        self.assertEqual(run("pkg-config", "--modversion", "winnow", **ask).strip(), SOURCE.joinpath("VERSION").read_text().strip())
        manifests = pathlib.Path(run("pkg-config", "--variable=manifests", "winnow", **ask).strip())
        self.assertTrue((manifests / "PurgeExecutions.yaml").is_file())
        flags = run("pkg-config", "--cflags", "--libs", "winnow", **ask).split()
        for compiler, source, name in (("cc", "consumer.c", "c"), ("c++", "consumer.cpp", "cxx")):
            run(compiler, CONSUMER / source, *flags, "-o", self.work / name)
        self.assert_purges(self.work / "c")
        self.assert_says_its_version(self.work / "cxx")

    def test_the_command_finds_its_library_and_manifests_are_data(self):
        self.assertIn(str(self.library.parent), run(self.prefix / "bin/winnow", "--version"))
        names = {path.stem for path in self.prefix.glob("share/winnow/manifests/*.yaml")}
        tasks = json.loads(run(self.prefix / "bin/winnow", "tasks", "--database", f"sqlite:{self.work}/kestra.db"))["tasks"]
        self.assertEqual(names, {task["name"] for task in tasks})


if __name__ == "__main__":
    BUILD, FOLDER = (pathlib.Path(argument).absolute() for argument in sys.argv[1:3])
    del sys.argv[1:3]
    unittest.main()
