"""A MySQL group of three servers, each on a host of its own: its primary, and how it is made whole again."""

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
            self.do("patience", 30)
            self.away = None
