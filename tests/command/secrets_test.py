#!/usr/bin/env python3
"""A secret appears nowhere: a canary is the password in every place where one can be given, right and wrong, and is
searched for in everything that every verb prints and writes, and in the list of processes."""

import json
import pathlib
import unittest

from bed import LONG_AGO, CommandTest, PostgresServer, SilentServer

CANARY = "Kan4rien%vogel"
ENCODED = "Kan4rien%25vogel"
PURGE = json.dumps({"endDate": LONG_AGO})
VERBS = (("tasks",), ("describe",), ("describe", "PurgeLogs"), ("--version",),
         ("call", "ListExecutions", "--params", '{"size": 1}'), ("call", "PurgeExecutions", "--params", PURGE),
         ("plan", "PurgeExecutions", "--params", PURGE), ("plan", "ListLogs"), ("run", "flow.yaml"),
         ("run", "flow.yaml", "--dry-run"), ("call", "Nothing"), ("call", "ListLogs", "--params", "{"))


class Secrets(CommandTest):
    def setUp(self):
        super().setUp()
        self.flow(f"  - {{id: list, type: ListExecutions, size: 1}}\n"
                  f"  - {{id: purge, type: PurgeExecutions, endDate: '{LONG_AGO}', purgeStorage: false}}\n")

    def assert_hidden(self, answer, what):
        for name, text in (("stdout", answer.out), ("stderr", answer.err)):
            for secret in (CANARY, ENCODED, CANARY[:6]):
                self.assertNotIn(secret, text, f"{what}: {name}")

    def run_all(self, expected, *words, verbs=VERBS, **environment):
        for verb in verbs:
            for loudness in ((), ("--verbose",)):
                answer = self.winnow(*words, *loudness, *verb, **environment)
                self.assert_hidden(answer, f"{words} {verb}")
                if verb[:2] == ("call", "ListExecutions") and expected is not None:
                    self.assertEqual(answer.status, expected, answer.out)


class OfAServerThatRefusesIt(Secrets):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = PostgresServer(cls)

    def ways(self):
        """Every way to give a password, each as configuration text and environment."""
        url, with_password = self.server.url(), self.server.url(ENCODED)
        self.write("secret", CANARY + "\n")
        jdbc = f"jdbc:postgresql://{self.server.host}:{self.server.port}/{self.server.database}"
        self.write("application.yml", f"datasources: {{postgres: {{url: '{jdbc}', username: {self.server.user}, "
                                      f"password: '{CANARY}'}}}}\n")
        self.write("placeholder.yml", f"datasources: {{postgres: {{url: '{jdbc}?password=${{CANARY_ENV}}', "
                                      f"username: {self.server.user}}}}}\n")
        yield "text", f"database: {{url: '{url}', password: '{CANARY}'}}\n", {}
        yield "env", f"database: {{url: '{url}', password: {{env: CANARY_ENV}}}}\n", {"CANARY_ENV": CANARY}
        yield "file", f"database: {{url: '{url}', password: {{file: {self.path}/secret}}}}\n", {}
        yield "url", f"database: {{url: '{with_password}'}}\n", {}
        yield "jdbc", f"database: {{url: '{jdbc}?user={self.server.user}&password={ENCODED}'}}\n", {}
        yield "kestra", "kestra: application.yml\n", {}
        yield "placeholder", "kestra: placeholder.yml\n", {"CANARY_ENV": ENCODED}

    def test_a_wrong_password_is_not_repeated(self):
        for way, configuration, environment in self.ways():
            with self.subTest(way=way):
                self.write("winnow.yaml", configuration + "storage: {type: none}\n")
                self.run_all(3, verbs=VERBS[4:10], **environment)

    def test_the_right_password_is_not_printed(self):
        self.server.psql(f"CREATE ROLE canary{self.server.port} LOGIN SUPERUSER PASSWORD '{CANARY}'")
        self.addCleanup(self.server.psql, f"DROP ROLE canary{self.server.port}")
        self.server.user, mine = f"canary{self.server.port}", self.server.user
        self.addCleanup(setattr, self.server, "user", mine)
        for way, configuration, environment in self.ways():
            with self.subTest(way=way):
                self.write("winnow.yaml", configuration + "storage: {type: none}\n")
                self.run_all(0, **environment)
        self.run_all(0, "--database", self.server.url(), WINNOW_DATABASE_PASSWORD=CANARY)


class InWrongSettings(Secrets):
    """A message quotes a refused setting, unless it contains a secret."""

    def test_a_configuration_that_is_refused(self):
        for text in (f"database: {{url: 'postgresql://k@h/d', password: {CANARY}: x}}\n",
                     f"database: {{url: 'postgresql://k@h/d', password: ['{CANARY}']}}\n",
                     f"database: {{url: 'postgresql://k@h/d', password: {{emv: '{CANARY}'}}}}\n",
                     f"database: {{url: 'postgresql://k@h/d', password: {{file: '/nowhere', env: '{CANARY}'}}}}\n",
                     f"database: {{url: 'postgresql://k@h/d', pasword: '{CANARY}'}}\n",
                     f"database: {{url: 'postgresql://k:{ENCODED}@h:port/d'}}\n",
                     f"database: {{url: 'postgresql://k:{CANARY}@h/d'}}\n",
                     f"database: {{url: 'postgres//k:{ENCODED}@h/d'}}\n",
                     f"database: {{url: 'oracle://k:{ENCODED}@h/d'}}\n",
                     f"database: {{url: 'postgresql://k:{ENCODED}@h/d?nonsense=1'}}\n",
                     f"database: {{url: 'postgresql://k:{ENCODED}@h/d', password: other}}\n",
                     f"database: '{CANARY}'\n", f"database: ['postgresql://k:{ENCODED}@h/d']\n",
                     f"database: {{password: '{CANARY}', password: '{CANARY}'}}\n",
                     f"database: {{password: '{CANARY}\n", f"database:\n  password: \"{CANARY}\\q\"\n",
                     f"database: {{password: '{CANARY}'}}\n- x\n", f"'{CANARY}'\n"):
            with self.subTest(text=text):
                self.write("winnow.yaml", text)
                self.run_all(3, verbs=VERBS[4:5])

    def test_kestras_configuration_that_is_refused(self):
        self.write("winnow.yaml", "kestra: application.yml\n")
        url = "url: 'jdbc:postgresql://h/d'"
        for text in (f"datasources: {{postgres: {{{url}, password: ['{CANARY}']}}}}\n",
                     f"datasources: {{postgres: {{{url}, password: {{a: '{CANARY}'}}}}}}\n",
                     f"datasources: {{postgres: {{{url}, password: '{CANARY}', password: x}}}}\n",
                     f"datasources: {{postgres: {{{url}, password: '${{{CANARY}'}}}}\n",
                     f"datasources: {{postgres: {{{url}, password: '${{NOT_SET}}{CANARY}'}}}}\n",
                     f"datasources: {{postgres: {{url: 'jdbc:nonsense://k:{ENCODED}@h/d'}}}}\n",
                     f"datasources: {{postgres: {{url: 'jdbc:postgresql://h/d?password={ENCODED}&nonsense=1'}}}}\n",
                     f"datasources: '{CANARY}'\n", f"datasources: {{postgres: '{CANARY}'}}\n",
                     f"datasources: {{postgres: {{password: \"{CANARY}\n"):
            with self.subTest(text=text):
                self.write("application.yml", text)
                self.run_all(3, verbs=VERBS[4:5])

    def test_the_command_line_takes_no_password(self):
        for url in (f"postgresql://k:{ENCODED}@h/d", f"jdbc:postgresql://h/d?user=k&password={ENCODED}"):
            for words in (("--database", url, "tasks"), ("--databse", url, "tasks"), ("tasks", url), ("--database", url)):
                answer = self.winnow(*words)
                self.assertEqual(answer.status, 2, answer.out)
                self.assert_hidden(answer, words)


class InTheListOfProcesses(Secrets):
    def test_a_password_of_the_environment_is_no_argument(self):
        with SilentServer() as server:
            process = self.start("--verbose", "--database", f"postgresql://k@127.0.0.1:{server.port}/k", "call",
                                 "ListLogs", WINNOW_DATABASE_PASSWORD=CANARY)
            server.listening.settimeout(60)
            connection, _ = server.listening.accept()  # it is connecting now
            arguments = pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()
            connection.close()
            out, err = process.communicate(timeout=60)
        self.assertIn("ListLogs", arguments)
        self.assertNotIn(CANARY, arguments)
        self.assertNotIn(CANARY, out + err)
        self.assertEqual(process.returncode, 3, out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
