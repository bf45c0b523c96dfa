#!/usr/bin/env python3
"""What the portable binaries promise to every system, read off the files: binaries_test.py FOLDER (build/portable-ARCH).

They export what abi/ says and nothing else, need glibc 2.28 and its libraries alone, carry no path of the machine that built them,
and are hardened. readelf and nm (binutils) read every architecture.
"""

import pathlib
import re
import subprocess
import sys
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
OLDEST_GLIBC = (2, 28)
# glibc's own: every process has them already, of one version. No libstdc++, no libgcc_s, no client library.
OF_GLIBC = re.compile(r"^(libc\.so\.6|libm\.so\.6|libdl\.so\.2|libpthread\.so\.0|librt\.so\.1|ld-linux-(x86-64|aarch64)\.so\.[12])$")
EXPORTS = {
    "libwinnow.so": REPOSITORY.joinpath("abi/symbols.txt").read_text().split(),
    "libwinnow_jni.so": ["JNI_OnLoad"],
    "winnow": [],
    "winnow-sample": [],
}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Binaries(unittest.TestCase):
    folder = None

    def each(self):
        return [(name, str(self.folder / name)) for name in EXPORTS]

    def test_exports_are_the_contract_and_nothing_else(self):
        for name, path in self.each():
            with self.subTest(name):
                lines = run("nm", "-D", "--defined-only", path).splitlines()
                # "A" is the version's own name; an executable defines the copies that it has of its library's variables.
                symbols = sorted(line.split()[-1].split("@")[0] for line in lines if line.split()[1] not in "AB")
                self.assertEqual(symbols, EXPORTS[name])

    def test_nothing_newer_than_glibc_2_28_is_asked_for(self):
        for name, path in self.each():
            with self.subTest(name):
                versions = {tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_([\d.]+)", run("readelf", "-VW", path))}
                self.assertTrue(versions)
                self.assertLessEqual(max(versions)[:2], OLDEST_GLIBC)
                self.assertNotRegex(run("readelf", "-VW", path), r"GLIBCXX|CXXABI|GCC_")

    def test_only_glibc_is_needed_and_no_search_path_is_set(self):
        for name, path in self.each():
            with self.subTest(name):
                dynamic = run("readelf", "-dW", path)
                for library in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
                    self.assertRegex(library, OF_GLIBC)
                self.assertNotRegex(dynamic, r"RPATH|RUNPATH|TEXTREL")

    def test_hardened(self):
        for name, path in self.each():
            with self.subTest(name):
                dynamic, segments = run("readelf", "-dW", path), run("readelf", "-lW", path)
                self.assertRegex(dynamic, r"BIND_NOW|FLAGS_1.*\bNOW\b")
                self.assertIn("GNU_RELRO", segments)
                self.assertRegex(segments, r"GNU_STACK\s.*\sRW\s")  # not RWE: no code on the stack
                self.assertNotRegex(segments, r"LOAD\s.*\sRWE\s")
                self.assertRegex(run("readelf", "-hW", path), r"Type:\s+DYN")  # a program too: position-independent
                imports = run("nm", "-D", "--undefined-only", path)
                self.assertIn("__stack_chk_fail", imports)
                if name != "libwinnow_jni.so":  # copies nothing that glibc has a checked form of
                    self.assertRegex(imports, r"__\w+_chk@")

    def test_the_library_stays_loaded(self):
        self.assertRegex(run("readelf", "-dW", str(self.folder / "libwinnow.so")), r"FLAGS_1.*NODELETE")

    def test_no_path_of_the_machine_that_built_it(self):
        home = str(pathlib.Path.home()).encode()
        for name, path in self.each():
            with self.subTest(name):
                content = pathlib.Path(path).read_bytes()
                for place in (str(REPOSITORY).encode(), home + b"/.cache", b"/tmp/winnow-client"):
                    self.assertNotIn(place, content)


if __name__ == "__main__":
    Binaries.folder = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
