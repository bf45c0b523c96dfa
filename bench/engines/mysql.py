"""A MySQL 9 of the benchmark's own, set as a production server of 8 GiB is: commits reach the disk. A world is a data folder of its
own, because a table with a FULLTEXT index can't be copied inside a server; one server runs at a time."""

import os
import pathlib
import shutil
import subprocess
import time
from urllib.parse import unquote, urlsplit

import worlds
from places import DATA, REPOSITORY, program
from sessions import Sql
from worlds import utc

SCRIPT = str(REPOSITORY / "tests/servers/mysql.sh")
SETTINGS = ["--innodb-buffer-pool-size=2G", "--innodb-flush-log-at-trx-commit=1", "--innodb-redo-log-capacity=2G",
            "--innodb-buffer-pool-load-at-startup=OFF", "--innodb-buffer-pool-dump-at-shutdown=OFF"]
TABLES = ["executions", "logs", "metrics"]
FAST_FILL = ["innodb_flush_log_at_trx_commit = 0", "innodb_ddl_buffer_size = 536870912", "innodb_ddl_threads = 2"]

# InnoDB has purged everything when it reads and logs nothing for this long.
STILL_SECONDS = 3
LONGEST_PURGE_SECONDS = 900


class Mysql:
    name = "mysql"
    title = "MySQL"
    client = "mysql --quick"
    settings = "innodb_buffer_pool_size 2 GB, innodb_redo_log_capacity 2 GB, innodb_flush_log_at_trx_commit 1, no binary log"
    options = SETTINGS

    def __init__(self, still_seconds=STILL_SECONDS):
        self.folder = DATA / "mysql"
        self.still_seconds = still_seconds
        self.running = None
        self.url = None

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for left_running in self.folder.glob("*/pid"):
            self._script("pause", left_running.parent)

    def pause(self):
        self._pause()
        self._remove(self.folder / "run")

    def version(self):
        if self.url is None:
            self.open(worlds.TINY)
        with Sql(self.url) as sql:
            return "MySQL " + sql.value("SELECT version()").split("-")[0]

    def open(self, world):
        """The URL of a world that is never changed."""
        self._pause()
        url = self._run("resume", self._kept(world))
        self._warm(url)
        return url

    def fresh(self, world):
        """The URL of a new copy, whose pages are in memory if they fit."""
        self._pause()
        run = self.folder / "run"
        self._remove(run)
        self._script("copy", self._kept(world), run)
        url = self._run("resume", run)
        self._warm(url)
        return url

    def call_procedure(self, url, until, size):
        with Sql(url) as sql:
            sql.ask(sql="DROP PROCEDURE IF EXISTS floor_purge")
            sql.ask(sql=(REPOSITORY / "bench/sql/mysql/procedure.sql").read_text())
        return [program("winnow-bench"), "one", url, f"CALL floor_purge('{utc(until)}', {size})"]

    def client_command(self, url, statement, path):
        """The client is in the server's chroot (tests/servers/mysql.sh)."""
        parts = urlsplit(url)
        root = pathlib.Path(os.environ.get("WINNOW_CACHE") or pathlib.Path.home() / ".cache/winnow") / "mysql-root"
        return ["sh", "-ec", 'export MYSQL_PWD="$1"; path=$2; shift 2; exec "$@" > "$path"', "client", unquote(parts.password), path,
                "chroot", str(root), "mysql", "--quick", "--skip-column-names", "--default-character-set=utf8mb4", f"--host={parts.hostname}",
                f"--port={parts.port}", f"--user={parts.username}", f"--execute={statement}", parts.path.lstrip("/")]

    def stored_rows(self, namespace, until):
        """SELECTs of a listing's default columns by name: the first returns the same as winnow."""
        selected = (f" FROM executions WHERE deleted IN (true, false) AND tenant_id = 'main'"
                    f" AND (namespace = '{namespace}' OR namespace LIKE '{namespace}.%') AND end_date <= '{until}' ORDER BY end_date, `key`")
        columns = "SELECT `key`, tenant_id, namespace, flow_id, state_current, "
        dates = ", ".join(f"DATE_FORMAT({date}, '%Y-%m-%dT%H:%i:%s.%fZ')" for date in ("start_date", "end_date"))
        return {"the same values": columns + dates + selected}

    def archive(self, url, until):
        """pt-archiver, which handles one table at a time: the children first, each with the selection as a subquery."""
        parts = urlsplit(url)
        selected = f"tenant_id = 'main' AND deleted IN (0, 1) AND end_date <= '{utc(until)}'"
        children = f"execution_id IN (SELECT \\`key\\` FROM executions WHERE {selected})"
        source = f"h={parts.hostname},P={parts.port},u={parts.username},p={parts.password},D=winnow"
        commands = [f'pt-archiver --source "{source},t={table}" --purge --primary-key-only --bulk-delete --limit 1000 --commit-each'
                    f' --no-check-charset --where "{where}"'
                    for table, where in (("logs", children), ("metrics", children), ("executions", selected))]
        return ["sh", "-ec", "\n".join(commands)]

    def forget_statements(self, url):
        with Sql(url) as sql:
            sql.ask(sql="TRUNCATE performance_schema.events_statements_summary_by_digest")

    def slowest_statements(self, url):
        """(calls, milliseconds, text) of the slowest statements since forget_statements."""
        with Sql(url) as sql:
            return sql.rows("SELECT count_star, round(sum_timer_wait / 1e9), digest_text"
                            " FROM performance_schema.events_statements_summary_by_digest ORDER BY sum_timer_wait DESC LIMIT 6")

    def counters(self, url):
        with Sql(url) as sql:
            status = dict(sql.rows("SHOW GLOBAL STATUS WHERE variable_name IN ('Innodb_pages_read', 'Innodb_os_log_written')"))
        return [int(status["Innodb_pages_read"]), int(status["Innodb_os_log_written"])]

    def settle(self, url):
        """Waits until InnoDB has purged the deleted rows, which it does after the commit. Returns that time."""
        began = done = time.monotonic()
        counted = None
        while time.monotonic() < min(done + self.still_seconds, began + LONGEST_PURGE_SECONDS):
            latest = self.counters(url)
            if latest != counted:
                counted, done = latest, time.monotonic()
            time.sleep(0.2)
        return done

    def explain(self, sql_text):
        return "EXPLAIN ANALYZE " + sql_text

    def _kept(self, world):
        kept = self.folder / world.kept_name(self.name)
        if not kept.exists():
            self._pause()
            self._make(world, kept)
        return kept

    def _make(self, world, kept):
        making = kept.with_name(kept.name + "_making")
        self._remove(making)
        url = self._run("start", making, *self.options)
        subprocess.run([program("winnow-sample"), "--database", url, *worlds.SAMPLE], check=True, stdout=subprocess.DEVNULL)
        with Sql(url) as sql:
            for setting in FAST_FILL:
                sql.ask(sql="SET " + ("GLOBAL " if "flush" in setting else "SESSION ") + setting)
            indexes = {table: self._indexes(sql, table) for table in TABLES}
            for (table,) in sql.rows("SHOW TABLES"):
                if table not in TABLES:
                    sql.ask(sql=f"TRUNCATE {table}")
            for table in TABLES:
                sql.ask(sql=f"ALTER TABLE {table} " + ", ".join(f"DROP INDEX {name}" for name, _ in indexes[table]))
            sql.script(world.script(self.name))
            for table in TABLES:
                for _, definition in indexes[table]:
                    sql.ask(sql=f"ALTER TABLE {table} ADD {definition}")
                sql.ask(sql=f"ANALYZE TABLE {table}")
            # A clean shutdown: nothing is left to purge or merge in each copy.
            sql.ask(sql="SET GLOBAL innodb_fast_shutdown = 0")
        self._pause()
        making.rename(kept)

    @staticmethod
    def _indexes(sql, table):
        """(name, definition) of each index except the primary key."""
        lines = sql.rows(f"SHOW CREATE TABLE {table}")[0][1].splitlines()
        definitions = [line.strip().rstrip(",") for line in lines if line.strip().startswith(("KEY", "FULLTEXT KEY", "UNIQUE KEY"))]
        return [(definition.split("`")[1], definition) for definition in definitions]

    def _warm(self, url):
        with Sql(url) as sql:
            for table in TABLES:
                for name, definition in [("PRIMARY", ""), *self._indexes(sql, table)]:
                    if not definition.startswith("FULLTEXT"):
                        sql.ask(sql=f"SELECT count(*) FROM {table} FORCE INDEX ({name})")

    def _pause(self):
        if self.running:
            self._script("pause", self.running)
        self.running = self.url = None

    def _remove(self, folder):
        if (folder / "server").is_symlink():
            self._script("stop", folder)
        shutil.rmtree(folder, ignore_errors=True)

    def _run(self, verb, folder, *options):
        self.url = self._script(verb, folder, *options)
        self.running = folder
        return self.url

    @staticmethod
    def _script(verb, *arguments):
        return subprocess.run([SCRIPT, verb, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
