#!/usr/bin/env python3
"""Everything that a host of ABI 1.0 relies on still works: frozen_test.py LIBRARY WINNOW-SAMPLE FOLDER.

tests/abi/1.0 has the header, the exported symbols, a dump of the ABI (abidw) and a consumer as they were when 1.0 was made."""

import pathlib
import platform
import re
import shutil
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FROZEN = SOURCE / "tests/abi/1.0"
# Lines of abidiff that describe a change, and lines that don't: its summary, and the paths down to
# the type that changed.
CHANGE = r"[Cc]hange|deletion|[Rr]emoved|insertion"
NO_CHANGE = (r"^(Functions|Variables) changes summary: 0 Removed|with some indirect sub-type change|has some indirect sub-type changes|has sub-type changes"
             r"|underlying type '.*' changed:$|data member insertions?:|enumerator insertions?:|type size hasn't changed|data member changes?:$"
             r"|of 'winnow_host\* |parameter \d+ of type")
LIBRARY, SAMPLE, FOLDER = None, None, None


def allowed_changes(text):
    """The regular expressions of allowed.txt; a line without a reason allows nothing."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    rules = [re.fullmatch(r"(\S.*?) # +(\S.*)", line) for line in lines]
    if not all(rules):
        raise ValueError(f"tests/abi/allowed.txt: `{lines[rules.index(None)]}` needs a regular expression, ` # ` and the reason")
    return [rule[1] for rule in rules]


def run(*command):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, check=False)


class Frozen(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)

    def succeeds(self, *command):
        done = run(*command)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def skeleton(self, header):
        """A library of what the header declares, with debug information."""
        source = FOLDER / "skeleton.c"
        source.write_text(self.succeeds(sys.executable, SOURCE / "tests/abi/skeleton.py", header))
        library = FOLDER / "libskeleton.so"
        self.succeeds("cc", "-std=c11", "-g", "-shared", "-fPIC", "-Wno-unused-parameter", source, "-Wl,-soname,libwinnow.so.1",
                      f"-Wl,--version-script={SOURCE / 'abi/winnow.map'}", "-o", library)
        return library

    def changed(self, *replacements):
        text = FROZEN.joinpath("winnow.h").read_text()
        for old, new in replacements:
            self.assertIn(old, text)
            text = text.replace(old, new)
        header = FOLDER / "winnow.h"
        header.write_text(text)
        return header

    def breaks(self, header):
        """The lines of abidiff's report that convention 10 and allowed.txt don't allow; new functions are not in it."""
        done = run("abidiff", "--no-added-syms", FROZEN / "libwinnow.abi", self.skeleton(header))
        self.assertEqual(done.returncode & 3, 0, done.stdout + done.stderr)  # 1 and 2: abidiff itself failed
        allowed = allowed_changes(SOURCE.joinpath("tests/abi/allowed.txt").read_text())
        broken, old_size = [], 0
        for line in done.stdout.splitlines():
            if match := re.search(r"type size changed from (\d+) to \d+", line):
                old_size = int(match[1])
            elif match := re.search(r"'.*', at offset (\d+) \(in bits\)", line):
                if int(match[1]) < old_size:
                    broken.append(line)  # a member that is not at the end
            elif re.search(CHANGE, line) and not re.search(NO_CHANGE, line) and not any(re.search(rule, line) for rule in allowed):
                broken.append(line)
        return "\n".join(broken)

    def test_todays_header_changes_nothing_that_1_0_has(self):
        self.assertEqual(self.breaks(SOURCE / "abi/winnow.h"), "")

    def test_what_breaks_a_host_is_found(self):
        for old, new in (("int64_t rows_planned;", "int32_t rows_planned;"),
                         ("const char *config, size_t size,", "const char *config, uint32_t size,"),
                         ("  int32_t phase;        /* one of winnow_phase */\n", ""),
                         ("WINNOW_EXPORT void winnow_job_free(winnow_job *job);", "")):
            with self.subTest(old):
                self.assertNotEqual(self.breaks(self.changed((old, new))), "")

    def test_what_may_be_added_is_not(self):
        for old, new in (("  int64_t elapsed_ms;   /* since run or plan began, until it returned */",
                          "  int64_t elapsed_ms;\n  int64_t bytes;"),
                         ("uint64_t *deleted);", "uint64_t *deleted);\n  int32_t (*list_files)(void *context);"),
                         ("(1 << 16) + 0", "(1 << 16) + 1"),
                         ("WINNOW_EXPORT void winnow_buffer_free", "WINNOW_EXPORT int32_t winnow_job_pause(winnow_job *job);\n"
                          "WINNOW_EXPORT void winnow_buffer_free")):
            with self.subTest(old):
                self.assertEqual(self.breaks(self.changed((old, new))), "")

    def test_a_break_is_allowed_by_a_reason_alone(self):
        self.assertEqual(allowed_changes("# comment\n\ntype of 'a' # no host reads it\n"), ["type of 'a'"])
        for line in ("type of 'a'", "type of 'a' # ", "type of 'a' #no space", " # a reason for everything"):
            with self.subTest(line), self.assertRaisesRegex(ValueError, "the reason"):
                allowed_changes(line)

    def test_each_symbol_of_1_0_is_exported_by_the_same_version(self):
        exported = self.succeeds("nm", "-D", "--defined-only", LIBRARY)
        for symbol in FROZEN.joinpath("symbols.txt").read_text().split():
            self.assertRegex(exported, rf" T {symbol}@@WINNOW_1\n")

    def consume(self, consumer):
        self.succeeds(SOURCE / "tests/abi/sample.sh", SAMPLE, FOLDER / "sample")
        self.assertIn("content", self.succeeds(consumer, LIBRARY, FOLDER / "sample"))

    def test_the_consumer_compiled_against_the_frozen_header_works(self):
        consumer = FOLDER / "consumer"
        self.succeeds("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", FROZEN, FROZEN / "consumer.c", "-ldl", "-o", consumer)
        self.consume(consumer)

    @unittest.skipUnless(platform.machine() == "x86_64", "the kept program is of x86-64")
    def test_the_consumer_compiled_when_1_0_was_made_works(self):
        self.consume(FROZEN / "consumer-x86_64")


if __name__ == "__main__":
    LIBRARY, SAMPLE, FOLDER = (pathlib.Path(argument).absolute() for argument in sys.argv[1:4])
    del sys.argv[1:4]
    unittest.main()
