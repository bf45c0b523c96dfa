#!/usr/bin/env python3
"""The papers of a release agree with each other and with the command: papers_test.py WINNOW FOLDER."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
VERSION = SOURCE.joinpath("VERSION").read_text().strip()
WINNOW, FOLDER = None, None


def run(*command, **environment):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, check=True, env={**os.environ, **environment}).stdout


class Version(unittest.TestCase):
    def test_the_library_says_it(self):
        info = json.loads(run(WINNOW, "--version").splitlines()[-1].split(" ", 2)[2])
        self.assertEqual(info["version"], VERSION)

    def test_the_changelog_begins_with_it(self):
        self.assertRegex(re.search(r"^## .*$", SOURCE.joinpath("CHANGELOG.md").read_text(), re.M)[0], rf"^## {re.escape(VERSION)}\b")

    def test_it_is_written_nowhere_else_in_what_builds(self):
        files = run("git", "-C", SOURCE, "ls-files", "*CMakeLists.txt", "*.cmake", "*.xml", "*.toml", "scripts", "packaging").split()
        own = [name for name in files if re.search(rf"(?<![\d.]){re.escape(VERSION)}(?![\d.])", SOURCE.joinpath(name).read_text())]
        self.assertEqual(own, [])


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(FOLDER, ignore_errors=True)
        run(sys.executable, SOURCE / "packaging/command/pages.py", WINNOW, FOLDER)
        cls.share = FOLDER / "share"
        cls.verbs = re.findall(r"^  (\w+) +\S", re.search(r"^Commands:\n(.*?)^$", run(WINNOW, "--help"), re.M | re.S)[1], re.M)

    def helps(self):
        return [run(WINNOW, "--help"), *(run(WINNOW, verb, "--help") for verb in self.verbs)]

    def test_each_option_and_command_stands_in_each_page(self):
        names = {name for text in self.helps() for name in re.findall(r"^  (?:-\w,)?--([\w-]+)", text, re.M)}
        self.assertIn("dry-run", names)
        for page in ("man/man1/winnow.1", "bash-completion/completions/winnow", "zsh/site-functions/_winnow", "fish/vendor_completions.d/winnow.fish"):
            text = self.share.joinpath(page).read_text().replace("\\-", "-")
            for word in names | set(self.verbs):
                with self.subTest(page=page, word=word):
                    self.assertIn(word, text)

    def test_each_option_has_its_sentence(self):
        text = self.share.joinpath("man/man1/winnow.1").read_text()
        for entry in re.findall(r"^\.TP\n(.*)\n(.*)$", text, re.M):
            self.assertRegex(entry[1], r"\w+ \w+", entry)

    def complete(self, line):
        script = f"source {self.share}/bash-completion/completions/winnow; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _winnow; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        return run("bash", "-c", script).split()

    def test_bash_completes_commands_options_and_tasks(self):
        self.assertEqual(self.complete("winnow do"), ["doctor"])
        self.assertIn("--dry-run", self.complete("winnow run --d"))
        self.assertIn("PurgeLogs", self.complete("winnow call PurgeL"))
        self.assertNotIn("--dry-run", self.complete("winnow call --d"))


class Parts(unittest.TestCase):
    def test_each_library_has_a_licence_and_a_checksum(self):
        parts = json.loads(run(sys.executable, SOURCE / "packaging/sbom.py", "x.tar.gz", "x86_64", SOURCE_DATE_EPOCH="0"))
        names = {package["name"] for package in parts["packages"]}
        self.assertLessEqual({"OpenSSL", "libpq", "MariaDB Connector/C", "libcurl", "SQLite", "zlib"}, names)
        self.assertEqual(len({package["SPDXID"] for package in parts["packages"]}), len(parts["packages"]))
        listed = SOURCE.joinpath("packaging/LICENCES.md").read_text()
        for package in parts["packages"][1:]:
            self.assertNotEqual(package["licenseDeclared"], "")
            self.assertIn(package["name"].split(",")[0].split(" (")[0], listed)

    def test_what_the_library_says_is_linked_in_stands_in_the_list(self):
        text = SOURCE.joinpath("packaging/clients/versions.txt").read_text()
        for line in text.splitlines():
            if line and not line.startswith("#"):
                self.assertRegex(line, r"^[\w.+-]+ [\w.:+~-]+ ([0-9a-f]{64}|-) [\w.-]+ \w")


if __name__ == "__main__":
    WINNOW, FOLDER = (pathlib.Path(argument).absolute() for argument in sys.argv[1:3])
    del sys.argv[1:3]
    unittest.main()
