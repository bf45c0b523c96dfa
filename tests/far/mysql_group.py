"""A MySQL group of three servers, each on its own host: its primary, and its repair."""

import pymysql

from bed import script, until
from databases import Mysql, credentials_of
from failover import HOSTS, Cluster, address_of


class MysqlGroup(Cluster):
    name, port, options = "mysql_group", 3306, "?ssl-mode=REQUIRED"

    away = None

    def prepare(self):
        password = credentials_of(self.url)[1]
        with self.database("") as mysql:
            mysql.execute("CREATE DATABASE kestra CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci")
            mysql.execute(f"CREATE USER purger@'%' IDENTIFIED BY '{password}'")
            mysql.execute("GRANT ALL ON kestra.* TO purger@'%'")
        self.make_schema()

    def database(self, name="kestra", host=None):
        return Mysql(self.url, (address_of(host or self.primary), 3306), name)

    def asked(self, host, sql, *values):
        """The first row; None if the host does not reply."""
        try:
            with self.database("performance_schema", host) as mysql:
                return mysql.rows(sql, *values)[0]
        except pymysql.Error:
            return None

    def is_primary(self, host):
        """It says so, and so does another member: one that was cut off believes to be the primary until it learns that it was expelled."""
        own = self.asked(host, "SELECT @@server_uuid, count(*) >= 2 AND NOT @@super_read_only AND sum(MEMBER_ID = @@server_uuid"
                               " AND MEMBER_ROLE = 'PRIMARY') = 1 FROM replication_group_members WHERE MEMBER_STATE <> 'UNREACHABLE'")
        return bool(own and own[1]) and any(
            self.asked(other, "SELECT 1 FROM replication_group_members WHERE MEMBER_ID = %s AND MEMBER_STATE = 'ONLINE'"
                              " AND MEMBER_ROLE = 'PRIMARY' UNION ALL SELECT 0", own[0]) == (1,) for other in HOSTS if other not in (host, self.away))

    def find_primary(self, among):
        self.primary = until(lambda: next((host for host in among if self.is_primary(host)), None), "a primary")
        self.name_the_primary()

    def committed(self, host=None):
        """All transactions that the host has."""
        return self.asked(host or self.primary, "SELECT @@gtid_executed")[0]

    def await_all_of(self, committed, host):
        """The group's promise; if it does not hold, a case's findings are not winnow's fault."""
        lacks = None

        def has_all():
            nonlocal lacks
            row = self.asked(host, "SELECT GTID_SUBTRACT(%s, @@gtid_executed)", committed)
            lacks = row[0] if row else "all: it does not answer"
            return lacks == ""

        try:
            until(has_all, "", 60)
        except TimeoutError:
            raise RuntimeError(f"the bed, not winnow: {host} lacks {lacks} of {committed}") from None

    def account(self):
        """Each member's view of itself and its data, printed with a finding."""
        return "; ".join(f"{host}: {self.asked(host, self._ACCOUNT)}" for host in HOSTS)

    _ACCOUNT = ("SELECT group_concat(MEMBER_HOST, ' ', MEMBER_STATE, ' ', MEMBER_ROLE), @@super_read_only, @@gtid_executed,"
                " (SELECT count(*) FROM kestra.executions) FROM replication_group_members")

    def restore(self):
        """Three members that have the same."""
        if self.away:
            if (self.folder.path / self.away / "pid").exists():
                self.do("await-out", self.away)
            self.mend_all()
            self.do("rejoin", self.away)
            self.do("patience", 30)
            self.away = None
        committed = self.committed()
        for host in HOSTS:
            self.await_all_of(committed, host)
