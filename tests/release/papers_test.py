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

    def test_the_artefacts_that_documents_name_are_of_it(self):
        artefact = r"\b(?:lib)?(?:plugin-)?winnow[a-z0-9-]*(?:_kestra)?[-_](\d+\.\d+\.\d+)\b|<version>(\d[\d.]*)</version>"
        named = []
        for name in run("git", "-C", SOURCE, "ls-files", "*.md").split():
            for match in re.finditer(artefact, SOURCE.joinpath(name).read_text()):
                named.append((name, match[1] or match[2]))
        self.assertGreater(len(named), 4)
        self.assertEqual([(name, version) for name, version in named if version != VERSION], [])

    def test_the_changelog_names_the_abi(self):
        major, minor = re.search(r"WINNOW_ABI_VERSION = \((\d+) << 16\) \+ (\d+) ", SOURCE.joinpath("abi/winnow.h").read_text()).groups()
        self.assertIn(f"ABI {major}.{minor}", re.split(r"^## ", SOURCE.joinpath("CHANGELOG.md").read_text(), flags=re.M)[1])


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

    def bash(self, line):
        script = f"source {self.share}/bash-completion/completions/winnow; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _winnow; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        return run("bash", "-c", script).split()

    def zsh(self, line):
        """The last word after the tab key, which completes a unique word."""
        completed = run("zsh", SOURCE / "tests/release/complete.zsh", line, self.share / "zsh/site-functions").rstrip("\n")
        return [completed.split()[-1]] if completed != line else []

    def fish(self, line):
        said = run("fish", "--no-config", "-c", f"source {self.share}/fish/vendor_completions.d/winnow.fish; complete -C '{line}'")
        return [each.split("\t")[0] for each in said.splitlines()]

    def test_each_shell_completes_commands_options_tasks_and_paths(self):
        for shell in (self.bash, self.zsh, self.fish):
            with self.subTest(shell.__name__):
                self.assertEqual(shell("winnow do"), ["doctor"])
                self.assertEqual(shell("winnow --conf"), ["--config"])
                self.assertEqual(shell("winnow doctor --conf"), ["--config"])
                self.assertEqual(shell("winnow run --dr"), ["--dry-run"])
                self.assertEqual(shell("winnow call --dr"), [])
                self.assertEqual(shell("winnow --quiet call PurgeL"), ["PurgeLogs"])
                self.assertEqual([path.rstrip("/") for path in shell(f"winnow run {SOURCE}/docs/examp")], [f"{SOURCE}/docs/examples"])
                self.assertEqual([path.rstrip("/") for path in shell(f"winnow --config {SOURCE}/VERS")], [f"{SOURCE}/VERSION"])


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
