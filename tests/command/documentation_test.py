#!/usr/bin/env python3
"""Runs the examples of the pages. Files are the `yaml` blocks that begin with `# NAME`; a line of a `console` block that begins with `$` is
a command, and the text below it is its expected stdout, in which `...` stands for anything."""

import json
import os
import re
import subprocess
import unittest

from bed import BIN, LONG_AGO, ROOT, CommandTest

# The rows of the table of keys in docs/flows.md, by the list of a flow that they are about.
KEY_ROWS = {"": "a flow", "tasks": "a task", "inputs": "an input", "outputs": "an output", "pluginDefaults": "a default"}


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def sessions(block):
    """The commands of a console block, each with what it should print."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


def pattern(printed):
    return re.compile(".*".join(re.escape(part) for part in printed.strip().split("...")), re.S)


class Pages(CommandTest):
    def here(self, text):
        """The page's operator has a server and folders of his own; the test has the sample database."""
        return (text.replace("postgresql://kestra@127.0.0.1:5432/kestra", f"sqlite:{self.path}/kestra.db")
                .replace(", password: {env: KESTRA_DB_PASSWORD}", "").replace("  password: {env: KESTRA_DB_PASSWORD}\n", "")
                .replace("/app/storage", str(self.path / "storage")))

    def write_files(self, text):
        for block in blocks(text, "yaml"):
            name = re.match(r"# (\S+\.ya?ml)\n", block)
            if name:
                self.write(name[1], self.here(block))

    def run_page(self, name, commands):
        text = (ROOT / name).read_text()
        self.write_files(text)
        status, count = 0, 0
        for block in blocks(text, "console"):
            for command, printed in sessions(block):
                with self.subTest(page=name, command=command):
                    done = subprocess.run(["bash", "-c", f"(exit {status}); {command}"], cwd=self.path, text=True, capture_output=True,
                                          env=self.environment(PATH=f"{BIN}:/usr/bin:/bin", TZ="UTC"))
                    status, count = done.returncode, count + 1
                    self.assertTrue(pattern(printed).fullmatch(done.stdout.strip()), done.stdout + done.stderr)
                    self.assertEqual(status == 0, '"error"' not in done.stdout, done.stderr)
        self.assertGreaterEqual(count, commands)

    def test_the_page_of_the_command(self):
        self.run_page("docs/command.md", 7)

    def test_the_page_of_purges(self):
        self.run_page("docs/purge.md", 2)

    def test_the_page_of_the_pace(self):
        self.run_page("docs/pace.md", 2)

    def test_the_page_of_retention(self):
        self.run_page("docs/retention.md", 3)

    def test_the_page_of_receipts(self):
        self.run_page("docs/receipts.md", 3)

    def test_the_page_of_flows(self):
        self.run_page("docs/flows.md", 2)

    def test_the_page_of_the_doctor(self):
        self.run_page("docs/doctor.md", 2)

    def test_the_page_of_orphans(self):
        self.run_page("docs/orphans.md", 3)

    def test_the_readme(self):
        self.run_page("README.md", 2)

    def test_the_c_of_the_readme(self):
        (snippet,) = blocks((ROOT / "README.md").read_text(), "c")
        sanitizers = os.environ.get("WINNOW_SANITIZE")
        self.write("main.c", f"""\
#include <stdio.h>
#include <string.h>
#include "abi/winnow.h"
int main(void) {{
  const char* config = "database: {{url: 'sqlite:{self.path}/kestra.db'}}";
  const char* params = "{{\\"endDate\\": \\"{LONG_AGO}\\"}}";
{snippet.replace("winnow_buffer_free(&out);", "printf(%s, (int)out.length, out.data);%s" % (chr(34) + "%.*s" + chr(34), " winnow_buffer_free(&out);"), 1)}
  return 0;
}}
""")
        subprocess.run(["cc", "-std=c11", "-Wall", "-Werror", *([f"-fsanitize={sanitizers}"] if sanitizers else []), f"-I{ROOT}",
                        "main.c", "-o", "main", f"-L{BIN}", "-lwinnow", f"-Wl,-rpath,{BIN}"], cwd=self.path, check=True)
        before = self.count("logs")
        done = subprocess.run([self.path / "main"], check=True, text=True, capture_output=True, env=self.environment())
        self.assertGreater(json.loads(done.stdout)["count"], 0)
        self.assertEqual(self.count("logs"), before - json.loads(done.stdout)["count"])

    def test_every_expression_gives_what_the_page_says(self):
        rows = re.findall(r"^\| `(\{\{.*?\}\})` \| `(.*)` \|$", (ROOT / "docs/flows.md").read_text(), re.M)
        rows = [(expression.replace("\\|", "|"), gives) for expression, gives in rows]
        self.assertGreater(len(rows), 20)
        flow = {"id": "expressions", "namespace": "system", "variables": {"list": ["a", "b", "c"], "map": {"key": "value"}},
                "tasks": [{"id": "list", "type": "ListExecutions", "fetchType": "NONE"}],
                "outputs": [{"id": f"e{number}", "type": "STRING", "value": expression} for number, (expression, _) in enumerate(rows)]}
        self.write("flow.yaml", json.dumps(flow))
        answer = self.winnow("run", "flow.yaml", TZ="UTC")
        self.assertEqual(answer.status, 0, answer.out)
        for (expression, gives), value in zip(rows, answer.json["outputs"].values()):
            with self.subTest(expression=expression):
                self.assertEqual(value if isinstance(value, str) else json.dumps(value, separators=(",", ":")), gives)

    def test_the_page_of_flows_names_every_key_function_filter_and_type(self):
        """Against the program itself, both ways: what is missing in the page, and what it promises in vain."""
        page = (ROOT / "docs/flows.md").read_text()
        syntax = self.winnow("syntax").json
        lists = {"": syntax["schema"]["properties"]}
        lists |= {name: part["items"]["properties"] for name, part in lists[""].items() if "items" in part}
        for name, keys in lists.items():
            row = re.search(rf"^\| {KEY_ROWS[name]} \|.*$", page, re.M)[0]
            documented = set(re.findall(r"`(\w+)(?:: true)?`", row))
            self.assertEqual(documented, {*keys, *syntax["refused"][name]}, row)
        for name, line in (("functions", r"- Functions: (.*?)\."), ("tests", r"- Tests after `is`: (.*?)\."),
                           ("filters", r"- Filters for dates: (.*?)\.\n"), ("inputTypes", r"Types of inputs: (.*?)\. Not")):
            documented = re.findall(r"`(\w+)`", re.search(line, page, re.S)[1])
            self.assertEqual(sorted(documented), sorted(syntax[name]))
        operators = re.search(r"- Operators: (.*?)\.\n", page, re.S)[1].replace("`", "").replace(",", "").split()
        self.assertLessEqual(set(syntax["operators"]) - {"equals"}, set(operators))

    def test_the_page_of_the_command_names_every_option_and_verb(self):
        page = (ROOT / "docs/command.md").read_text()
        help_texts = [self.winnow("--help").out, self.winnow("run", "--help").out]
        options = {word for text in help_texts for word in re.findall(r"--[a-z-]+", text)}
        verbs = re.findall(r"^  ([a-z]+) {8,}", help_texts[0].split("Commands:")[1].split("\n\n")[0], re.M)
        self.assertGreaterEqual(len(verbs), 5)
        self.assertEqual([word for word in [*options, *(f"winnow {verb}" for verb in verbs)] if word not in page], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
