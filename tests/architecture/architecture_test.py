#!/usr/bin/env python3
"""The architecture of CONTRIBUTING.md: data flows one way, and a file uses only what its folder may use.

Reads only the text of the tree: the includes of the code, the links of the CMake targets, and the places of SQL.
"""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What a folder may include and link, besides itself and its subfolders. A subfolder with other
# rules has its own line.
BELOW_TASKS = {"database", "database/url", "storage", "document", "outcome"}
AN_ENGINE = {"tasks/selection", "tasks/families", "tasks/shared", "tasks/pace", "tasks/receipts"} | BELOW_TASKS
MAY_USE = {
    "abi": set(),
    "outcome": set(),
    "document": {"outcome"},
    "database": {"document", "outcome"},
    "database/url": {"document", "outcome"},
    "database/postgres": {"database/url", "document", "outcome"},
    "database/mysql": {"database/url", "document", "outcome"},
    "database/sqlite": {"database/url", "document", "outcome"},
    "storage": {"document", "outcome"},
    "storage/s3": {"storage", "document", "outcome"},
    "tasks": BELOW_TASKS,
    "tasks/shared": BELOW_TASKS,
    "tasks/pace": BELOW_TASKS,
    "tasks/selection": BELOW_TASKS,
    "tasks/families": {"tasks/selection"} | BELOW_TASKS,
    "tasks/receipts": {"tasks/selection", "tasks/shared"} | BELOW_TASKS,
    # An engine knows no other engine; but a retention policy is a list of purges.
    "tasks/listing": AN_ENGINE,
    "tasks/purge": AN_ENGINE,
    "tasks/retention": {"tasks/purge"} | AN_ENGINE,
    "tasks/orphans": AN_ENGINE,
    "tasks/doctor": AN_ENGINE,
    "plugin/builtin": {"document", "outcome"},
    "plugin/manifests": {"plugin/builtin", "tasks", "document", "outcome"},
    "plugin/configuration": {"plugin/builtin", "tasks", "tasks/retention", "database", "database/url", "storage", "storage/s3", "document",
                             "outcome"},
    "plugin/jobs": {"abi", "plugin/configuration", "plugin/manifests", "tasks", "database", "database/url", "storage",
                    "storage/s3", "document", "outcome"},
    "plugin/contract": {"abi", "plugin/jobs", "tasks", "database", "document", "outcome"},
    # Combines the folders of plugin/ and has no code.
    "plugin": {"plugin/contract", "plugin/jobs", "plugin/configuration", "plugin/manifests"},
    # The hosts use the library only through the contract.
    "hosts/shared": {"abi"},
    "hosts/cli": {"abi", "document", "outcome"},
    # A room of the command knows those before it.
    "hosts/cli/library": {"abi", "hosts/shared", "document", "outcome"},
    "hosts/cli/console": {"hosts/cli/library", "abi", "document", "outcome"},
    "hosts/cli/expression": {"outcome"},
    "hosts/cli/expression/language": {"hosts/cli/expression", "document", "outcome"},
    "hosts/cli/expression/dates": {"hosts/cli/expression", "document", "outcome"},
    "hosts/cli/expression/functions": {"hosts/cli/expression", "hosts/cli/expression/language", "hosts/cli/expression/dates",
                                       "document", "outcome"},
    "hosts/cli/flow": {"hosts/cli/library", "hosts/cli/console", "hosts/cli/expression/language",
                       "hosts/cli/expression/functions", "abi", "document", "outcome"},
    "hosts/jvm": {"abi", "hosts/shared"},
    # Code that is added to the client libraries that a release links in.
    "packaging": set(),
    "tools/sample": {"database", "database/url", "storage", "document", "outcome"},
}
# The interface that a folder's rooms implement or are handed: a room includes these headers and nothing else above it.
INTERFACES = {
    "database": {"database/connection.h", "database/count.h", "database/dialect.h", "database/health.h",
                 "database/memory.h", "database/pressure.h", "database/reading.h", "database/schema.h", "database/statement.h",
                 "database/standing.h", "database/target.h", "database/texts.h"},
    "tasks": {"tasks/manifest.h", "tasks/task.h"},
}
# Where such an interface has code, the target that a room links for it.
INTERFACE_TARGETS = {"winnow_database_base"}
# A server's own folder is known to the place that connects and to no other driver.
DRIVERS = ("database/postgres", "database/mysql", "database/sqlite")
CODE = ("*.h", "*.cpp", "*.c")
SQL_FOLDERS = ("database", "tasks", "tools", "tests", "bench")
SQL = re.compile(r'"[^"]*\b(SELECT\s.+\sFROM|DELETE\s+FROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET)\b')


# Frozen with their release: they include what an installed tree has.
FROZEN = ROOT / "tests" / "abi" / "1.0"


def code(folder):
    return sorted(path for pattern in CODE for path in (ROOT / folder).rglob(pattern) if FROZEN not in path.parents)


def includes(path):
    """The project's own files that a file includes, each with its line's number."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if found:
            yield number, found[1]


def home(name):
    """The folder of MAY_USE that contains the file's path (from the root): the longest that matches."""
    fitting = [folder for folder in MAY_USE if name.startswith(folder + "/")]
    return max(fitting, key=len, default=None)


def allowed(user, used):
    return used == user or used in MAY_USE[user] or used.startswith(user + "/")


def implements(user, header):
    """Whether the header is of the interface of a folder that the user is a room of."""
    return any(user.startswith(folder + "/") and header in headers for folder, headers in INTERFACES.items())


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
                    if user is None or used is None or not (allowed(user, used) or implements(user, included)):
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
        self.assertLessEqual({"winnow_tasks_purge", "winnow_tasks_listing"}, homes.keys())
        wrong = []
        for path, text in texts.items():
            for target, used in re.findall(r"target_link_libraries\((\S+)([^)]*)\)", text):
                user = home(str(path.relative_to(ROOT)))
                wrong += [f"{path.relative_to(ROOT)}: {target} must not link {name}" for name in used.split()
                          if name in homes and name not in INTERFACE_TARGETS and not allowed(user, homes[name])]
        self.assertEqual(wrong, [])


class Contract(unittest.TestCase):
    def test_a_host_that_loads_the_library_finds_every_function_of_it(self):
        listed = re.findall(r"DO\((\w+)\)", (ROOT / "hosts/shared/functions.h").read_text())
        exported = (ROOT / "abi/symbols.txt").read_text().split()
        self.assertEqual([f"winnow_{name}" for name in listed if name != "name"], exported)


class Statements(unittest.TestCase):
    def test_sql_is_written_in_database_and_tasks_alone(self):
        wrong = [f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
                 for top in {folder.split("/")[0] for folder in MAY_USE} - set(SQL_FOLDERS) for path in code(top)
                 for number, line in enumerate(path.read_text().splitlines(), 1) if SQL.search(line)]
        self.assertEqual(wrong, [])


class Numbers(unittest.TestCase):
    def test_no_text_is_read_by_what_throws(self):
        """Text that is not a number is a result (document::number_of), never an exception inside the library (C11)."""
        wrong = [f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
                 for top in {folder.split("/")[0] for folder in MAY_USE} for path in code(top)
                 for number, line in enumerate(path.read_text().splitlines(), 1) if re.search(r"\bstd::sto(i|u?ll?|f|l?d)\(", line)]
        self.assertEqual(wrong, [])


class Openings(unittest.TestCase):
    def test_a_file_or_its_header_says_in_its_first_line_what_it_is_for(self):
        def speaks(path):
            return path.exists() and path.read_text().startswith(("//", "/*"))

        silent = [str(path.relative_to(ROOT)) for top in {folder.split("/")[0] for folder in MAY_USE} for path in code(top)
                  if not speaks(path) and not speaks(path.with_suffix(".h"))]
        self.assertEqual(silent, [])


class Comments(unittest.TestCase):
    def test_they_are_as_wide_as_the_code(self):
        """clang-format breaks C and C++ at 100 columns, and leaves prose to its writer."""
        wide = re.compile(r"^(?=.{101})(\s*(//|/?\*).*|[^\"]*(\"[^\"]*\"[^\"]*)*  // .*)$")
        folders = {folder.split("/")[0] for folder in MAY_USE} | {"tests", "bench"}
        wrong = [f"{path.relative_to(ROOT)}:{number}: {line.strip()}" for folder in folders for path in code(folder)
                 for number, line in enumerate(path.read_text().splitlines(), 1) if wide.match(line)]
        self.assertEqual(wrong, [])


class ReadingPath(unittest.TestCase):
    def test_it_is_as_short_as_readme_says(self):
        told = re.search(r"takes about ([\d,]+) lines, in this order(.*?)\nA listing", (ROOT / "README.md").read_text(), re.DOTALL)
        lines = 0
        for name in re.findall(r"`([^`]+)`", told[2]):
            files = [path for path in ROOT.glob(name) if path.suffix in (".h", ".cpp")]
            self.assertTrue(files, name)
            lines += sum(len(path.read_text().splitlines()) for path in files)
        self.assertAlmostEqual(lines, int(told[1].replace(",", "")), delta=250)


if __name__ == "__main__":
    unittest.main(verbosity=2)
