#!/usr/bin/python3
"""PostgreSQL: the primary is lost in mid-purge and a replica takes its place. The run goes on there, with exact counts, or reports what
it could not find out; nothing is half deleted, and one more run finishes."""

import json
import re
import unittest

from bed import Cases, until
from databases import Postgres, credentials_of
from failover import HOSTS, Cluster, FailOver, address_of


class PostgresCluster(Cluster):
    name, port, options = "postgres_cluster", 5432, "?target_session_attrs=read-write"

    synchronous, whole = "db2", True

    def prepare(self):
        with self.database("postgres") as postgres:
            postgres.execute(f"CREATE ROLE purger LOGIN PASSWORD '{credentials_of(self.url)[1]}'")
            postgres.execute("CREATE DATABASE kestra OWNER purger")
        self.make_schema()

    def ways(self):
        password = credentials_of(self.url)[1]
        several = ",".join(f"{address_of(host)}:{self.port}" for host in HOSTS)
        return super().ways() | {
            "a JDBC URL": f"jdbc:postgresql://{several}/kestra?user=purger&password={password}&targetServerType=primary"}

    def database(self, name="kestra"):
        return Postgres(self.url, (address_of(self.primary), 5432), name)

    def promote(self, host):
        self.do("promote", host)
        self.primary = host
        self.name_the_primary()

    def restore(self):
        """A primary, a synchronous and an asynchronous replica again."""
        if self.whole:
            return
        self.mend_all()
        self.synchronous, other = [host for host in HOSTS if host != self.primary]
        self.do("rejoin", self.synchronous, self.primary, "synchronous")
        self.do("rejoin", other, self.primary)
        with self.database("postgres") as postgres:
            until(lambda: postgres.rows("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")[0][0] == 2, "replicas")
        self.whole = True


# Rows of all tables: enough for a run of a few seconds, because the events on its servers take a
# second.
SLOW = {"rowsPerSecond": 400}


class PostgresFailOver(FailOver, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = PostgresCluster()
        cls.addClassCleanup(cls.cluster.stop)

    def strike(self, how):
        cluster = self.cluster

        def act(_random):
            cluster.whole = False
            if how == "is cut off":
                cluster.cut(cluster.primary)
            elif how == "stands still":
                cluster.do("freeze", cluster.primary)
            elif how == "is fenced":
                cluster.do("setting", cluster.primary, "default_transaction_read_only", "on")
                with cluster.database("postgres") as postgres:
                    postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'purger'")
            else:
                cluster.do("crash", cluster.primary)
            cluster.promote(cluster.synchronous)

        return act

    def test_the_purge_goes_on_at_the_new_primary(self):
        cases = Cases(self, "primary lost, replica promoted", "postgresql")

        def one(case):
            how = ["is killed", "is fenced", "is killed", "is cut off"][case.index % 4]
            ways = list(self.cluster.ways())
            way = ways[(case.index // 4 + case.index + 2) % len(ways)]
            self.one(cases, case, f"the primary {how}", self.strike(how), way, pace=SLOW)

        cases.run(4, 500, one)

    def test_a_primary_that_stands_still_is_given_up_though_its_name_leads_elsewhere_by_now(self):
        cases = Cases(self, "primary stands still, its name moves", "postgresql")
        cases.run(1, 20, lambda case: self.one(cases, case, "the primary stands still", self.strike("stands still"),
                                               "a name that changes"))

    def test_commits_that_the_promoted_replica_lacks_are_done_again_and_counted_once(self):
        """An asynchronous replica that gets nothing for a while takes over: what the old primary confirmed meanwhile is lost."""
        cases = Cases(self, "primary and its last commits lost", "postgresql")
        cluster = self.cluster

        def lose(_random):
            cluster.whole = False
            behind = next(host for host in HOSTS if host not in (cluster.primary, cluster.synchronous))
            cluster.cut(behind)
            with cluster.database() as database:
                before = database.count()
                until(lambda: database.count() < before, "a batch that the replica does not get", 20)
            cluster.do("crash", cluster.primary)
            cluster.do("crash", cluster.synchronous)
            cluster.mend_all()
            cluster.promote(behind)

        receipts = cluster.folder.path / "receipts.jsonl"

        def told(result):
            """Receipts have what the old primary confirmed; the result leaves out what the log says is back."""
            records = [json.loads(line) for line in receipts.read_text().splitlines()]
            committed = {record["sequence"] for record in records if record["receipt"] == "committed"}
            rows = sum(record["rows"] for record in records if record["receipt"] == "batch" and record["sequence"] in committed
                       and record["table"] == "executions" and not record.get("dependentsOnly"))
            back = sum(map(int, re.findall(r"had confirmed: (\d+) rows? of table .executions. (?:is|are) back", result.err)))
            cases.note("told of rows that are back") if back else None
            counted = result.counters["executionsCount"] + result.counters.get("inDoubt", {}).get("executionsCount", 0)
            return [] if rows == counted + back else [f"receipts of {rows} rows, {counted} counted, {back} told of"]

        def one(case):
            receipts.unlink(missing_ok=True)
            self.one(cases, case, "a replica that lags takes over", lose, "several hosts", loses_commits=True,
                     more=f"receipts: {{file: {receipts}, keys: full}}", also=told, pace=SLOW)

        cases.run(2, 500, one)


if __name__ == "__main__":
    unittest.main(verbosity=2)
