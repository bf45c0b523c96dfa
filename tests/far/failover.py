"""One case of a failover: a purge runs, its primary is lost, and the oracle checks the new primary."""

import subprocess

from bed import BIN, Folder, Winnow, enter, finished, script, until
from databases import credentials_of
from world import Bed

EXECUTIONS = 700
HOSTS = ["db1", "db2", "db3"]


def address_of(host):
    return f"10.77.0.{host.removeprefix('db')}"


class Cluster:
    """Three servers on hosts of their own, and this process on the host `client`. Two databases: that of winnow's account `purger`
    is `kestra`; subclasses say how to find the primary, strike it and restore all."""

    name = port = None

    def __init__(self, *options):
        self.folder = Folder(f"far-{self.name}")
        try:
            self.url = script(self.name, "start", self.folder.path, *options)
            self.fetch()
            enter(self.folder.path, "client")
            self.primary = "db1"
            self.hosts = self.folder.path / "hosts"
            self.name_the_primary()
            self.prepare()
        except BaseException:
            self.stop()
            raise

    def fetch(self):
        """Files from outside: the network has no way out."""

    def prepare(self):
        """The account `purger` and its database `kestra`."""

    def do(self, verb, *words):
        return script(self.name, verb, self.folder.path, *words)

    def cut(self, host):
        script("network", "cut", self.folder.path, host)

    def mend_all(self):
        for host in HOSTS:
            script("network", "mend", self.folder.path, host)

    def name_the_primary(self):
        """What a change of DNS does: the name leads to the new primary from now on."""
        self.hosts.write_text(f"127.0.0.1 localhost\n{address_of(self.primary)} primary.test\n")

    def ways(self):
        """How an operator may write the cluster into database.url."""
        scheme = self.url.split(":", 1)[0]
        password = credentials_of(self.url)[1]
        several = ",".join(f"{address_of(host)}:{self.port}" for host in HOSTS)
        return {"several hosts": f"{scheme}://purger:{password}@{several}/kestra{self.options}",
                "a name that changes": f"{scheme}://purger:{password}@primary.test:{self.port}/kestra"}

    def await_the_way(self, way):
        """Until whoever connects that way finds the new primary."""

    def account(self):
        """The servers' own state, printed with a finding."""
        return ""

    def make_schema(self):
        scheme = self.url.split(":", 1)[0]
        password = credentials_of(self.url)[1]
        subprocess.run([BIN / "winnow-sample", "--any-host", "--executions", "0", "--database",
                        f"{scheme}://purger:{password}@{address_of(self.primary)}:{self.port}/kestra"], check=True, capture_output=True)

    def stop(self):
        self.do("stop")
        self.folder.remove()


class FailOver:
    """Mixed into a TestCase whose class has a `cluster`."""

    def one(self, cases, case, what, strike, way, loses_commits=False, more="", also=lambda result: [], **parameters):
        """`more` stands in winnow's configuration, `parameters` are more of the purge's; `also` finds what else is wrong with its result.

        `strike(random)` takes the primary away and returns when another one is there. A run that was over by then has counted what
        the old primary confirmed: where the new one lacks some of it, only what holds at any moment is looked at."""
        cluster = self.cluster
        folder = Folder("far-case")
        self.addCleanup(folder.remove)
        cluster.restore()
        cluster.name_the_primary()
        with cluster.database() as database:
            world = Bed(database, folder.path / "storage")
            world.fill(case.random, EXECUTIONS)
            at = case.random.randint(1, len(world.goes) - 30)
            case.what = f"{way}: {what} after {at} of {len(world.goes)} executions"
            before = world.look()
            winnow = Winnow(folder.path, cluster.ways()[way], world.storage, more, hosts=cluster.hosts)
            run = winnow.purge(world.parameters(batchSize=case.random.randint(5, 40), **parameters))
            until(lambda: run.poll() is not None or database.count() <= EXECUTIONS - at, "batches")
            try:
                strike(case.random)
            finally:
                result = finished(run)
        cluster.name_the_primary()
        cluster.await_the_way(way)
        with cluster.database() as database:
            world.database = database
            now = world.look()
            case.found(world.broken_now(now))
            if result.counters.get("retries", 0) == 0:
                cases.note("was over before")
            if not loses_commits or result.counters.get("retries", 0) > 0:
                case.found(also(result))
                case.found(world.miscounted(before, now, result.counters))
                case.found(world.left_over(now) if result.status == 0 else [])
            if result.status == 0:
                cases.note("went on")
            else:
                cases.note("ended with " + result.json["error"]["code"] + (", in doubt" if "inDoubt" in result.counters else ""))
            if case.violations:
                case.what += f"; {result}{cluster.account()}"
            again = winnow.call("PurgeExecutions", world.parameters())
            if again.status:
                case.found([f"the next run failed: {again}"])
            end = world.look()
            case.found(world.broken_now(end) + world.left_over(end))
            case.found(world.miscounted(now, end, again.counters))
            until(lambda: database.sessions("purger") == 0, "S7: sessions of winnow do not end", 30)
