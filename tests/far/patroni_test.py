#!/usr/bin/python3
"""A Patroni cluster behind haproxy, as its manual sets it up: a switch-over, a killed primary, one that is cut off, in mid-purge."""

import http.client
import subprocess
import unittest

import psycopg2

from bed import BIN, Cases, until
from databases import Postgres, credentials_of
from failover import HOSTS, Cluster, FailOver, address_of


class Patroni(Cluster):
    name, port, away = "patroni", 5000, None

    def prepare(self):
        self.password = credentials_of(self.url)[1]
        with self.database("postgres") as postgres:
            postgres.execute(f"CREATE ROLE purger LOGIN PASSWORD '{self.password}'")
            postgres.execute("CREATE DATABASE kestra OWNER purger")
        subprocess.run([BIN / "winnow-sample", "--executions", "0", "--database",
                        f"postgresql://purger:{self.password}@127.0.0.1:5000/kestra"], check=True, capture_output=True)

    def ways(self):
        several = ",".join(f"{address_of(host)}:5432" for host in HOSTS)
        return {"haproxy": f"postgresql://purger:{self.password}@127.0.0.1:5000/kestra",
                "several hosts": f"postgresql://purger:{self.password}@{several}/kestra?target_session_attrs=read-write"}

    def database(self, name="kestra"):
        return Postgres(self.url, (address_of(self.primary), 5432), name)

    def says(self, host, path):
        connection = http.client.HTTPConnection(address_of(host), 8008, timeout=1)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def primary_but(self, old):
        return next((host for host in HOSTS if host != old and self.says(host, "/primary")), None)

    def await_the_way(self, way):
        def writable():
            try:
                with Postgres(self.url, ("127.0.0.1", 5000), "kestra") as postgres:
                    return not postgres.rows("SELECT pg_is_in_recovery()")[0][0]
            except psycopg2.Error:
                return False

        if way == "haproxy":
            until(writable, "haproxy to find the primary")

    def restore(self):
        if self.away:
            self.mend_all()
            if self.away[1] == "is killed":
                self.do("restart", self.away[0])
            self.away = None
        self.do("settled")
        self.primary = self.do("primary")


class PatroniFailOver(FailOver, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Patroni()
        cls.addClassCleanup(cls.cluster.stop)

    def strike(self, how):
        cluster = self.cluster

        def act(random):
            old = cluster.primary
            if how == "is switched over":
                cluster.do("switch-over", next(host for host in HOSTS if host != old and cluster.says(host, "/sync")))
            elif how == "is killed":
                cluster.do("crash", old)
            else:
                cluster.cut(old)
            cluster.away = old, how
            cluster.primary = until(lambda: cluster.primary_but(old), "another primary")

        return act

    def test_the_purge_goes_on_at_the_new_primary(self):
        cases = Cases(self, "primary of a Patroni cluster lost", "postgresql")

        def one(case):
            how = ["is switched over", "is killed", "is cut off"][case.index % 3]
            way = list(self.cluster.ways())[(case.index // 3 + case.index) % 2]
            # Rows of all tables: a run lasts some seconds, for Patroni needs a few to find another primary.
            self.one(cases, case, f"the primary {how}", self.strike(how), way, pace={"rowsPerSecond": 200})

        cases.run(3, 100, one)


if __name__ == "__main__":
    unittest.main(verbosity=2)
