"""A PostgreSQL of the benchmark's own, set as a production server of 8 GiB is: commits reach the disk."""

import subprocess
import time
from urllib.parse import urlsplit, urlunsplit

import worlds
from places import DATA, REPOSITORY, program
from sessions import Sql
from worlds import utc

SCRIPT = str(REPOSITORY / "tests/servers/postgres.sh")
SETTINGS = ["shared_buffers=2GB", "max_wal_size=4GB", "checkpoint_timeout=15min", "maintenance_work_mem=1GB", "fsync=on",
            "synchronous_commit=on", "full_page_writes=on", "timezone=UTC", "shared_preload_libraries=pg_stat_statements"]
RUN = "run"


class Postgres:
    name = "postgres"
    title = "PostgreSQL"
    client = "psql's \\copy"
    settings = "shared_buffers 2 GB, max_wal_size 4 GB, fsync, synchronous_commit and full_page_writes on"
    options = SETTINGS

    def __init__(self):
        self.folder = DATA / "postgres"
        self.url = None

    def start(self):
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        kept = (self.folder / "data").exists()
        self.url = self._server("resume", self.folder) if kept else self._server("start", self.folder, *self.options)

    def pause(self):
        if self.url:
            self._admin(f"DROP DATABASE IF EXISTS {RUN} WITH (FORCE)")
            self._server("pause", self.folder)
            self.url = None

    def version(self):
        with Sql(self.url) as sql:
            return "PostgreSQL " + sql.value("SHOW server_version").split()[0]

    def open(self, world):
        """The URL of a world that is never changed."""
        name = world.kept_name(self.name)
        with Sql(self.url) as admin:
            exists = admin.rows(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
        if not exists:
            self._make(world, name)
        url = self._url(name)
        self._warm(url)
        return url

    def fresh(self, world):
        """The URL of a new copy, whose pages are in memory if they fit."""
        name = world.kept_name(self.name)
        with Sql(self.url) as admin:
            exists = admin.rows(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
        if not exists:
            self._make(world, name)
        self._admin(f"DROP DATABASE IF EXISTS {RUN} WITH (FORCE)")
        self._admin(f"CREATE DATABASE {RUN} TEMPLATE {name} STRATEGY file_copy")
        url = self._url(RUN)
        self._warm(url)
        return url

    def call_procedure(self, url, until, size):
        return self._call(url, "procedure.sql", f"CALL floor_purge('{utc(until)}', {size})")

    def call_guarded_procedure(self, url, until, size):
        return self._call(url, "guarded.sql", f"CALL guarded_purge('{utc(until)}Z', {size})")

    def forget_statements(self, url):
        with Sql(url) as sql:
            sql.ask(sql="CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
            sql.ask(sql="SELECT pg_stat_statements_reset()")

    def slowest_statements(self, url):
        """(calls, milliseconds, text) of the slowest statements since forget_statements."""
        with Sql(url) as sql:
            return sql.rows("SELECT calls, round(total_exec_time)::bigint, query FROM pg_stat_statements"
                            " WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements_reset%'"
                            " ORDER BY total_exec_time DESC LIMIT 6")

    def settle(self, url):
        """A deletion is complete when it is committed. Returns that time."""
        return time.monotonic()

    def explain(self, sql_text):
        return "EXPLAIN (ANALYZE, BUFFERS) " + sql_text

    def client_command(self, url, statement, path):
        return ["psql", url, "-qc", f"\\copy ({statement}) TO '{path}'"]

    def stored_rows(self, namespace, until):
        """SELECTs of a listing's default columns by name: the first returns the same as winnow, with the dates from the documents."""
        selected = (f" FROM executions WHERE deleted IN (true, false) AND tenant_id = 'main'"
                    f" AND (namespace = '{namespace}' OR namespace LIKE '{namespace}.%') AND ")
        columns = "SELECT key, tenant_id, namespace, flow_id, state_current, "

        def exact(date):
            return f"to_char((value #>> '{{state,{date}}}')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

        bound = (f"end_date <= timestamp '{until}' + interval '18 hours' AND CASE WHEN end_date < timestamp '{until}' - interval '18 hours'"
                 f" THEN true ELSE (value #>> '{{state,endDate}}')::timestamptz <= '{until}Z' END")
        return {
            "the same values": columns + exact("startDate") + ", " + exact("endDate") + selected + bound + " ORDER BY end_date, key",
            "the columns as they stand, dates without a zone": columns + f"start_date, end_date{selected}end_date <= '{until}' ORDER BY end_date, key",
        }

    def _url(self, database):
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path="/" + database))

    @staticmethod
    def _server(verb, *arguments):
        return subprocess.run([SCRIPT, verb, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def _call(self, url, file, call):
        with Sql(url) as sql:
            sql.ask(sql=(REPOSITORY / "bench/sql/postgres" / file).read_text())
        return [program("winnow-bench"), "one", url, call]

    def _admin(self, statement):
        with Sql(self.url) as sql:
            sql.ask(sql=statement)

    def _make(self, world, name):
        making = name + "_making"
        self._admin(f"DROP DATABASE IF EXISTS {making} WITH (FORCE)")
        self._admin(f"CREATE DATABASE {making}")
        subprocess.run([program("winnow-sample"), "--database", self._url(making), *worlds.SAMPLE], check=True, stdout=subprocess.DEVNULL)
        with Sql(self._url(making)) as sql:
            sql.ask(sql="CREATE EXTENSION pg_prewarm")
            sql.ask(sql="SET synchronous_commit = off")
            sql.script(world.script(self.name))
            sql.ask(sql="VACUUM (ANALYZE, FREEZE)")
        self._admin(f"ALTER DATABASE {making} RENAME TO {name}")

    def _warm(self, url):
        with Sql(url) as sql:
            sql.ask(sql="SELECT sum(pg_prewarm(oid)) FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace")
            sql.ask(sql="CHECKPOINT")
