#!/usr/bin/python3
"""MySQL group replication: the primary is killed, cut off or steps down in mid-purge. The run goes on at the next primary, with exact
counts, or says what it could not learn; nothing is half, and one more run finishes."""

import unittest

import pymysql

from bed import Cases, until
from databases import Mysql, credentials_of
from failover import HOSTS, Cluster, FailOver, address_of


class MysqlGroup(Cluster):
    name, port, options = "mysql_group", 3306, "?ssl-mode=REQUIRED"

    def __init__(self, *options):
        super().__init__(*options)
        self.away = None
        password = credentials_of(self.url)[1]
        with self.database("") as mysql:
            mysql.execute("CREATE DATABASE kestra CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci")
            mysql.execute(f"CREATE USER purger@'%' IDENTIFIED BY '{password}'")
            mysql.execute("GRANT ALL ON kestra.* TO purger@'%'")
        self.make_schema()

    def database(self, name="kestra", host=None):
        return Mysql(self.url, (address_of(host or self.primary), 3306), name)

    def is_primary(self, host):
        try:
            with self.database("performance_schema", host) as mysql:
                return mysql.rows("SELECT count(*) >= 2 AND NOT @@super_read_only AND sum(MEMBER_ID = @@server_uuid"
                                  " AND MEMBER_ROLE = 'PRIMARY') = 1 FROM replication_group_members WHERE MEMBER_STATE <> 'UNREACHABLE'"
                                  )[0][0]
        except pymysql.Error:
            return False

    def find_primary(self, among):
        self.primary = until(lambda: next((host for host in among if self.is_primary(host)), None), "a primary")
        self.name_the_primary()

    def restore(self):
        if self.away:
            self.mend_all()
            self.do("rejoin", self.away)
            self.away = None


class MysqlFailOver(FailOver, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = MysqlGroup()
        cls.addClassCleanup(cls.cluster.stop)

    def strike(self, how):
        cluster = self.cluster

        def act(random):
            old = cluster.primary
            others = [host for host in HOSTS if host != old]
            if how == "steps down":
                cluster.do("step-down", random.choice(others))
            elif how == "is killed":
                cluster.away = old
                cluster.do("crash", old)
            else:
                cluster.away = old
                cluster.cut(old)
            cluster.find_primary(others)

        return act

    def test_the_purge_goes_on_at_the_new_primary(self):
        cases = Cases(self, "primary of a group lost", "mysql")

        def one(case):
            how = ["steps down", "is killed", "steps down", "steps down", "is cut off"][case.index % 5]
            way = list(self.cluster.ways())[case.index // 5 % 2]
            self.one(cases, case, f"the primary {how}", self.strike(how), way)

        cases.run(20, 500, one)


if __name__ == "__main__":
    unittest.main(verbosity=2)
