#!/usr/bin/env python3
"""The house as CONTRIBUTING.md draws it: data flows one way, and a folder's file uses what its folder may use.

Looks at the text of the tree alone: the includes of the code, the links of the CMake targets, and where SQL stands.
"""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What a folder may include and link, besides itself. A part of a folder has a line of its own where it may less.
MAY_USE = {
    "abi": set(),
    "outcome": set(),
    "document": {"outcome"},
    "database": {"document", "outcome"},
    "storage": {"document", "outcome"},
    "tasks": {"database", "storage", "document", "outcome"},
    "plugin": {"abi", "tasks", "database", "storage", "document", "outcome"},
    # The hosts meet the library through the contract alone.
    "hosts/cli": {"abi", "document", "outcome"},
    "hosts/cli/expression": {"document", "outcome"},
    "hosts/jvm": {"abi"},
    "sample": {"database", "storage", "document", "outcome"},
}
# A server's own folder is known to the place that connects and to no other driver.
DRIVERS = ("database/postgres", "database/mysql", "database/sqlite")
CODE = ("*.h", "*.cpp", "*.c")
SQL_FOLDERS = ("database", "tasks", "sample", "tests", "bench")
SQL = re.compile(r'"[^"]*\b(SELECT\s.+\sFROM|DELETE\s+FROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET)\b')


def code(folder):
    return sorted(path for pattern in CODE for path in (ROOT / folder).rglob(pattern))


def includes(path):
    """The project's own files that a file includes, each with its line's number."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if found:
            yield number, found[1]


def home(name):
    """The folder of MAY_USE that a file's path, given from the root, lies in: the longest that fits."""
    fitting = [folder for folder in MAY_USE if name.startswith(folder + "/")]
    return max(fitting, key=len, default=None)


def allowed(user, used):
    return used == user or used in MAY_USE[user] or used.startswith(user + "/")


class Includes(unittest.TestCase):
    def test_every_folder_with_code_has_its_rule(self):
        folders = {path.relative_to(ROOT).parts[0] for path in code(".")}
        known = {folder.split("/")[0] for folder in MAY_USE} | {"tests", "bench", "build"}
        self.assertEqual({folder for folder in folders if not folder.startswith(".")} - known, set())

    def test_no_include_goes_the_other_way(self):
        wrong = []
        for top in {folder.split("/")[0] for folder in MAY_USE}:
            for path in code(top):
                name = str(path.relative_to(ROOT))
                user = home(name)
                for line, included in includes(path):
                    used = home(included)
                    if user is None or used is None or not allowed(user, used):
                        wrong.append(f'{name}:{line}: {user or "?"}/ must not include "{included}"')
        self.assertEqual(wrong, [])

    def test_a_driver_knows_no_other_driver(self):
        wrong = [f'{path.relative_to(ROOT)}:{line}: includes "{included}"'
                 for driver in DRIVERS for path in code(driver) for line, included in includes(path)
                 for other in DRIVERS if other != driver and included.startswith(other + "/")]
        self.assertEqual(wrong, [])

    def test_headers_include_each_other_in_no_circle(self):
        graph = {str(path.relative_to(ROOT)): [name for _, name in includes(path)]
                 for top in {folder.split("/")[0] for folder in MAY_USE} for path in code(top) if path.suffix == ".h"}
        done = set()

        def visit(name, way):
            self.assertNotIn(name, way, "circle: " + " -> ".join([*way, name]))
            if name in done or name not in graph:
                return
            for included in graph[name]:
                visit(included, [*way, name])
            done.add(name)

        for name in graph:
            visit(name, [])


class Links(unittest.TestCase):
    def test_a_target_links_what_its_folder_may_use(self):
        listings = [path for top in {folder.split("/")[0] for folder in MAY_USE}
                    for path in (ROOT / top).rglob("*") if path.name == "CMakeLists.txt" or path.suffix == ".cmake"]
        texts = {path: re.sub(r"#.*", "", path.read_text()) for path in listings}
        homes = {target: home(str(path.relative_to(ROOT)))
                 for path, text in texts.items() for target in re.findall(r"add_(?:library|executable)\((\S+)", text)}
        self.assertIn("winnow_tasks", homes)
        wrong = []
        for path, text in texts.items():
            for target, used in re.findall(r"target_link_libraries\((\S+)([^)]*)\)", text):
                user = home(str(path.relative_to(ROOT)))
                wrong += [f"{path.relative_to(ROOT)}: {target} must not link {name}" for name in used.split()
                          if name in homes and not allowed(user, homes[name])]
        self.assertEqual(wrong, [])


class Statements(unittest.TestCase):
    def test_sql_is_written_in_database_and_tasks_alone(self):
        wrong = [f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
                 for top in {folder.split("/")[0] for folder in MAY_USE} - set(SQL_FOLDERS) for path in code(top)
                 for number, line in enumerate(path.read_text().splitlines(), 1) if SQL.search(line)]
        self.assertEqual(wrong, [])


class Openings(unittest.TestCase):
    def test_a_file_or_its_header_says_in_its_first_line_what_it_is_for(self):
        def speaks(path):
            return path.exists() and path.read_text().startswith(("//", "/*"))

        silent = [str(path.relative_to(ROOT)) for top in {folder.split("/")[0] for folder in MAY_USE} for path in code(top)
                  if not speaks(path) and not speaks(path.with_suffix(".h"))]
        self.assertEqual(silent, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
