"""Shared by the tests of the command: the built programs, a sample database, and a run with all that it printed.

$WINNOW_BIN is the folder of winnow, winnow-sample and libwinnow.so; $WINNOW_TEST_POSTGRES_URL a server for the tests only.
"""

import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import unittest
from urllib.parse import urlsplit

BIN = pathlib.Path(os.environ["WINNOW_BIN"])
ROOT = pathlib.Path(__file__).resolve().parents[2]
LONG_AGO = "2026-10-01T00:00:00Z"  # most of the sample's executions have ended by then
LONGEST = 300  # seconds until a command counts as hung; nothing is measured by it


class Answer:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def error(self):
        return self.json["error"]


class CommandTest(unittest.TestCase):
    """Each test has its own folder with a fresh copy of the class's sample database and files."""

    executions = 300
    sample_options = ()
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.sample = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="winnow-command.")))
        (cls.sample / "storage").mkdir()
        subprocess.run([BIN / "winnow-sample", "--database", f"sqlite:{cls.sample}/kestra.db", "--executions",
                        str(cls.executions), "--storage", cls.sample / "storage", *cls.sample_options], check=True, capture_output=True)

    def setUp(self):
        self.path = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="winnow-command.")))
        shutil.copytree(self.sample, self.path, dirs_exist_ok=True)
        self.configure()

    def configure(self, text=""):
        """Writes winnow.yaml: the sample database and its files, and `text` below."""
        self.write("winnow.yaml", f"database: {{url: 'sqlite:{self.path}/kestra.db'}}\n"
                                  f"storage: {{type: local, base-path: {self.path}/storage}}\n{text}")

    def write(self, name, text):
        path = self.path / name
        path.write_text(text)
        return path

    def environment(self, **more):
        small = {name: value for name, value in os.environ.items()
                 if name in ("PATH", "HOME", "LANG", "TMPDIR") or name.endswith("SAN_OPTIONS")}
        return {**small, **more}

    def start(self, *words, **environment):
        return subprocess.Popen([str(word) for word in (BIN / "winnow", *words)], cwd=self.path, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.environment(**environment))

    def winnow(self, *words, **environment):
        process = self.start(*words, **environment)
        out, err = process.communicate(timeout=LONGEST)
        return Answer(process.returncode, out, err)

    def flow(self, tasks, head=""):
        return self.write("flow.yaml", f"id: flow\nnamespace: system\n{head}tasks:\n{tasks}")

    def sql(self, statement):
        database = sqlite3.connect(self.path / "kestra.db")
        try:
            return database.execute(statement).fetchall()
        finally:
            database.close()

    def change(self, statement, *values):
        database = sqlite3.connect(self.path / "kestra.db")
        with database:
            database.execute(statement, values)
        database.close()

    def count(self, table="executions"):
        return self.sql(f"SELECT count(*) FROM {table}")[0][0]


class PostgresServer:
    """A separate database with the sample's rows on the tests' PostgreSQL server."""

    def __init__(self, test):
        url = os.environ.get("WINNOW_TEST_POSTGRES_URL")
        if not url:
            if os.environ.get("CI") == "true":
                raise RuntimeError("WINNOW_TEST_POSTGRES_URL is not set")
            raise unittest.SkipTest("WINNOW_TEST_POSTGRES_URL is not set")
        server = urlsplit(url)
        self.user, self.password, self.host = server.username, server.password, server.hostname
        self.port = server.port
        self.database = f"command_{os.getpid()}_{id(test)}"
        self.psql(f"CREATE DATABASE {self.database}", "postgres")
        test.addClassCleanup(self.psql, f"DROP DATABASE {self.database} WITH (FORCE)", "postgres")
        subprocess.run([BIN / "winnow-sample", "--database", self.url(self.password), "--executions", "300"],
                       check=True, capture_output=True)

    def url(self, password=None):
        user = self.user + (f":{password}" if password else "")
        return f"postgresql://{user}@{self.host}:{self.port}/{self.database}"

    def psql(self, statement, database=None):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement],
                              check=True, text=True, capture_output=True,
                              env={**os.environ, "PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user,
                                   "PGPASSWORD": self.password, "PGDATABASE": database or self.database})
        return done.stdout.splitlines()


class SilentServer:
    """Listens on a loopback port and never answers; with `full` not even connecting succeeds."""

    def __init__(self, full=False):
        self.listening = socket.socket()
        self.listening.bind(("127.0.0.1", 0))
        self.listening.listen(0 if full else 16)
        self.port = self.listening.getsockname()[1]
        self.waiting = []
        for _ in range(4 if full else 0):  # the kernel drops what comes once its queue is full
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", self.port))
            self.waiting.append(connection)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in (self.listening, *self.waiting):
            each.close()
