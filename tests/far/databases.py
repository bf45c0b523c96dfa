"""The tests' own sessions with the servers: the oracle fills, looks and compares through these, never through winnow."""

import contextlib
import json
from urllib.parse import urlsplit

import psycopg2
import psycopg2.extras
import pymysql

QUEUE_TYPE = "io.kestra.core.models.executions.Execution"
TIMEOUT = 10  # seconds until an unresponsive server is given up


def hosts_of(url):
    """(host, port) of each host of a URL, which may name several."""
    parts = urlsplit(url).netloc.rsplit("@", 1)[1]
    return [(host, int(port)) for host, port in (each.rsplit(":", 1) for each in parts.split(","))]


def credentials_of(url):
    user, password = urlsplit(url).netloc.rsplit("@", 1)[0].split(":", 1) if ":" in urlsplit(url).netloc.rsplit("@", 1)[0] else (
        urlsplit(url).netloc.rsplit("@", 1)[0], "")
    return user, password


class _Database:
    def rows_of(self, table, documents):
        if table == "queues":
            return [(key, json.dumps(document), QUEUE_TYPE) for key, document in documents.items()]
        return [(key, json.dumps(document)) for key, document in documents.items()]

    def columns_of(self, table):
        return ["key", "value", "type"] if table == "queues" else ["key", "value"]

    def keys(self, table):
        return {key for (key,) in self.rows(f"SELECT {self.quoted('key')} FROM {table}")}

    def count(self, table="executions"):
        return self.rows(f"SELECT count(*) FROM {table}")[0][0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Postgres(_Database):
    def __init__(self, url, host=None, database=None):
        user, password = credentials_of(url)
        host, port = host or hosts_of(url)[0]
        self._connection = psycopg2.connect(
            host=host, port=port, user=user, password=password, dbname=database or urlsplit(url).path.lstrip("/"),
            connect_timeout=TIMEOUT, options="-c client_min_messages=warning", application_name="oracle")
        self._connection.autocommit = True

    @staticmethod
    def quoted(name):
        return f'"{name}"'

    def rows(self, sql, *values):
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    execute = rows

    def insert(self, table, documents):
        cast = {"queues": "(%s, %s::jsonb, %s::queue_type)"}.get(table, "(%s, %s::jsonb)")
        names = ", ".join(self.quoted(name) for name in self.columns_of(table))
        with self._connection.cursor() as cursor:
            psycopg2.extras.execute_values(cursor, f"INSERT INTO {table} ({names}) VALUES %s",
                                           self.rows_of(table, documents), template=cast, page_size=500)

    def empty(self, tables):
        self.execute("TRUNCATE " + ", ".join(tables))

    def sessions(self, user):
        return self.rows("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", user)[0][0]

    def sessions_with_locks(self, user):
        return self.rows("SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND xact_start IS NOT NULL", user)[0][0]

    def close(self):
        with contextlib.suppress(psycopg2.Error):
            self._connection.close()


class Mysql(_Database):
    def __init__(self, url, host=None, database=None):
        user, password = credentials_of(url)
        host, port = host or hosts_of(url)[0]
        self._connection = pymysql.connect(host=host, port=port, user=user, password=password, autocommit=True, charset="utf8mb4",
                                           database=urlsplit(url).path.lstrip("/") if database is None else database or None,
                                           connect_timeout=TIMEOUT, read_timeout=60)

    @staticmethod
    def quoted(name):
        return f"`{name}`"

    def rows(self, sql, *values):
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    execute = rows

    def insert(self, table, documents):
        columns = self.columns_of(table)
        names = ", ".join(self.quoted(name) for name in columns)
        with self._connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})",
                               self.rows_of(table, documents))

    def empty(self, tables):
        for table in tables:
            self.execute(f"DELETE FROM {table}")

    def sessions(self, user):
        return self.rows("SELECT count(*) FROM information_schema.processlist WHERE user = %s", user)[0][0]

    sessions_with_locks = sessions

    def close(self):
        with contextlib.suppress(pymysql.Error):
            self._connection.close()
