#!/usr/bin/env python3
"""Runs every snippet of docs/embedding.md as it stands there, each on its own sample database.

Expects WINNOW_RELEASE_DIR; Java's needs WINNOW_JAVA_HOME (Java 25), WINNOW_JAVA_COMPILER
(Eclipse's) and WINNOW_CLASS_PATH (the jar and Jackson), without them Java is skipped.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
RELEASE = pathlib.Path(os.environ["WINNOW_RELEASE_DIR"]).resolve()
LANGUAGES = ("sh", "c", "python", "java")


def snippets():
    found = {}
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", (SOURCE / "docs" / "embedding.md").read_text(), re.M | re.S):
        found.setdefault(language, []).append(text)
    return found


class Embedding(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="winnow-embedding.")
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        (self.path / "storage").mkdir()
        self.run_here(RELEASE / "winnow-sample", "--database", "sqlite:kestra.db", "--executions", 500, "--storage", "storage",
                      "--files", 100)

    def run_here(self, *command, **environment):
        done = subprocess.run([str(part) for part in command], cwd=self.path, text=True, capture_output=True, check=False,
                              env={**os.environ, **environment})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def snippet(self, language, file):
        (text,) = snippets()[language]
        (self.path / file).write_text(text)
        return file

    def assert_purged(self, text):
        counts = [int(count) for count in re.findall(r"[\"']executionsCount[\"']: ?(\d+)", text)]
        self.assertTrue(counts and counts[-1] > 0, text)

    def test_every_language_is_run(self):
        self.assertEqual(sorted(snippets()), sorted(LANGUAGES))

    def test_command(self):
        done = self.run_here("bash", "-eu", self.snippet("sh", "host.sh"), PATH=f"{RELEASE}:{os.environ['PATH']}")
        listed, plan, purged = done.stdout.strip().splitlines()
        self.assertEqual(json.loads(listed)["size"], 3)
        self.assertIn("selected", json.loads(plan))
        self.assert_purged(purged)

    def test_c(self):
        self.run_here("cc", "-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", self.snippet("c", "host.c"), f"-I{SOURCE}", f"-L{RELEASE}", "-lwinnow",
                      "-o", "host")
        done = self.run_here("./host", LD_LIBRARY_PATH=str(RELEASE))
        self.assert_purged(done.stdout)
        self.assertIn('"event":"batch"', done.stderr)

    def test_python(self):
        done = self.run_here(sys.executable, self.snippet("python", "host.py"), PYTHONPATH=str(SOURCE / "hosts" / "python"),
                             WINNOW_LIBRARY=str(RELEASE / "libwinnow.so"))
        self.assert_purged(done.stdout)

    @unittest.skipUnless("WINNOW_JAVA_HOME" in os.environ, "./dev test-jvm runs it")
    def test_java(self):
        home = pathlib.Path(os.environ["WINNOW_JAVA_HOME"])
        class_path = os.environ["WINNOW_CLASS_PATH"]
        self.run_here(home / "bin" / "java", "-jar", os.environ["WINNOW_JAVA_COMPILER"], "-source", "17", "-target", "17", "-cp", class_path,
                      self.snippet("java", "Host.java"))
        for bridge in ("jni", "ffm"):
            with self.subTest(bridge):
                done = self.run_here(home / "bin" / "java", "--enable-native-access=ALL-UNNAMED", f"-Dwinnow.bridge={bridge}",
                                     "-cp", f"{class_path}:.", "Host")
                self.assertIn("executionsCount", done.stdout)
                self.assertIn('"event":"batch"', done.stderr if bridge == "jni" else '"event":"batch"')


if __name__ == "__main__":
    unittest.main()
