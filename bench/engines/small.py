"""Servers with 256 MB of buffers, for tables that don't fit (bench/cases/beyond.py). What a purge reads and logs is counted there."""

import os
import subprocess
import time

from engines.mysql import STILL_SECONDS, Mysql
from engines.postgres import RUN, Postgres
from places import DATA, REPOSITORY
from sessions import Sql

BUFFERS_MIB = 256
PAGE_CACHE = "/proc/sys/vm/drop_caches"


def forget_files():
    """Drops a file from the page cache, if this user may do that."""
    os.sync()
    if os.access(PAGE_CACHE, os.W_OK):
        with open(PAGE_CACHE, "w") as file:
            file.write("1\n")


class SmallPostgres(Postgres):
    settings = (f"shared_buffers {BUFFERS_MIB} MB, max_wal_size 1 GB, fsync, synchronous_commit and full_page_writes on, autovacuum off,"
                " the system's page cache emptied before each purge")
    log = "WAL"
    options = [f"shared_buffers={BUFFERS_MIB}MB", "max_wal_size=1GB", "checkpoint_timeout=15min", "maintenance_work_mem=1GB", "fsync=on",
               "synchronous_commit=on", "full_page_writes=on", "timezone=UTC", "shared_preload_libraries=pg_stat_statements",
               "autovacuum=off", "max_wal_senders=0"]

    def __init__(self, still_seconds=STILL_SECONDS):
        """PostgreSQL is idle as soon as nobody is connected."""
        super().__init__()
        self.folder = DATA / "postgres-small"

    def once(self, world, seed):
        """The URL of a world for one use, made from a smaller one that is kept; there is no room for a copy of it."""
        self.fresh(seed)
        # Then rows that a transaction inserts into a table that it has truncated are not logged.
        self._restart("wal_level", "minimal")
        with Sql(self._url(RUN)) as sql:
            sql.script((REPOSITORY / "bench/sql/postgres/grown.sql").read_text().format(
                executions=seed.executions, copies=world.executions // seed.executions))
            sql.ask(sql="VACUUM (ANALYZE, FREEZE)")
        self._restart("wal_level", None)
        return self._url(RUN)

    def cold(self):
        """The same database, without any of it in memory. The next contender does not visit the executions that others deleted."""
        with Sql(self._url(RUN)) as sql:
            sql.ask(sql="VACUUM executions")
        self._restart()
        forget_files()
        url = self._url(RUN)
        with Sql(url) as sql:
            sql.ask(sql="SELECT pg_stat_reset()")
            # The part of the catalog that a session reads.
            for table in ("executions", "logs", "metrics"):
                sql.ask(sql=f"SELECT FROM {table} LIMIT 0")
        return url

    def counters(self, url):
        """Pages read so far, and bytes logged."""
        with Sql(self.url) as sql:
            return [int(each) for each in sql.rows(
                f"SELECT blks_read, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint FROM pg_stat_database WHERE datname = '{RUN}'")[0]]

    def settle(self, url):
        """A deletion is complete when it is committed; but a session reports its reads when it ends. Returns that time."""
        with Sql(self.url) as sql:
            while sql.value(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{RUN}'") != "0":
                time.sleep(0.02)
        return time.monotonic()

    def pages_by_table(self, url):
        """(pages of the table, of its indexes, name) since the server's start."""
        with Sql(url) as sql:
            return sql.rows("SELECT heap_blks_read, idx_blks_read, relname FROM pg_statio_user_tables"
                            " ORDER BY heap_blks_read + coalesce(idx_blks_read, 0) DESC LIMIT 4")

    def bytes(self, url):
        with Sql(url) as sql:
            return int(sql.value("SELECT pg_database_size(current_database())"))

    def _warm(self, url):
        """Does nothing: it begins cold."""

    def _restart(self, setting=None, value=None):
        if setting:
            with Sql(self.url) as sql:
                sql.ask(sql=f"ALTER SYSTEM SET {setting} = '{value}'" if value else f"ALTER SYSTEM RESET {setting}")
        self._server("pause", self.folder)
        self.url = self._server("resume", self.folder)


class SmallMysql(Mysql):
    settings = (f"innodb_buffer_pool_size {BUFFERS_MIB} MB, innodb_redo_log_capacity 256 MB, innodb_flush_log_at_trx_commit 1, no binary log,"
                " files read past the system's page cache, a cold start before each purge")
    log = "redo"
    # Making a world takes more memory than measuring it.
    options = ["--innodb-buffer-pool-size=2G", "--innodb-redo-log-capacity=256M", "--innodb-flush-log-at-trx-commit=1",
               "--innodb-buffer-pool-load-at-startup=OFF", "--innodb-buffer-pool-dump-at-shutdown=OFF"]

    def __init__(self, still_seconds=STILL_SECONDS):
        super().__init__(still_seconds)
        self.folder = DATA / "mysql-small"

    def fresh(self, world):
        kept = self._kept(world)
        self._pause()
        run = self.folder / "run"
        self._remove(run)
        self._script("copy", kept, run)
        return self._resume_small(run)

    def once(self, world, seed):
        self._pause()
        run = self.folder / "run"
        self._remove(run)
        self._make(world, run)
        return self._resume_small(run)

    def cold(self):
        run = self.running
        self._pause()
        forget_files()
        return self._run("resume", run)

    def pages_by_table(self, url):
        """(reads, milliseconds, file) since the server's start."""
        with Sql(url) as sql:
            rows = sql.rows("SELECT count_read, round(sum_timer_read / 1e9), file_name FROM performance_schema.file_summary_by_instance"
                            " WHERE file_name LIKE '%.ibd' OR file_name LIKE '%undo%' ORDER BY count_read DESC LIMIT 6")
        return [(count, milliseconds, file.rsplit("/", 1)[1]) for count, milliseconds, file in rows]

    def bytes(self, url):
        with Sql(url) as sql:
            return int(sql.value("SELECT sum(file_size) FROM information_schema.innodb_tablespaces WHERE name LIKE 'winnow/%'"))

    def _resume_small(self, run):
        options = [option for option in self.options if "buffer-pool-size" not in option]
        (run / "server/options").write_text("\n".join([f"--innodb-buffer-pool-size={BUFFERS_MIB}M", *options]) + "\n")
        return self._run("resume", run)


SMALL = {"postgres": SmallPostgres, "mysql": SmallMysql}
