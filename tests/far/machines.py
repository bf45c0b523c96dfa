"""A database server on its own host, and machines that purge it from theirs: each in a network namespace, a millisecond apart."""

import subprocess

from bed import BIN, SERVERS, Folder, Winnow, enter, script
from databases import Mysql, Postgres, credentials_of, hosts_of
from urllib.parse import urlsplit, urlunsplit

MACHINES = ["w1", "w2", "w3"]
ONE_WAY_US = 500
# A server notices a lost machine within about 10 s, with or without unacknowledged data; Linux's
# defaults are two hours and a quarter of an hour. On PostgreSQL winnow's own transactions ask for
# the same.
KERNEL = {"tcp_keepalive_time": 5, "tcp_keepalive_intvl": 1, "tcp_keepalive_probes": 3, "tcp_retries2": 5}


class Machines:
    """`engine` is postgres or mysql. This process is on the host `client`, which has a cable like all others."""

    def __init__(self, engine, *options):
        self.engine, self.folder = engine, Folder("far-machines")
        network = self.folder.path
        script("network", "start", network, "server", *MACHINES, "client")
        try:
            self.options = options
            self.url = self._start()
            script("network", "delay", network, ONE_WAY_US)
            enter(network, "client")
        except BaseException:
            self.stop()
            raise

    def _on(self, host, *words):
        return script("network", "run", self.folder.path, host, *words)

    def _start(self):
        for name, value in KERNEL.items() if self.engine == "mysql" else ():
            self._on("server", "sh", "-c", f"echo {value} > /proc/sys/net/ipv4/{name}")
        program, server = SERVERS / f"{self.engine}.sh", self.folder.path / "server"
        if self.engine == "mysql":
            url = self._on("server", program, "start", server, "--bind-address=*", *self.options)
        else:
            url = self._on("server", program, "start", server, "listen_addresses='*'", *self.options)
            with open(server / "data/pg_hba.conf", "a") as rules:
                rules.write("host all all 10.77.0.0/24 scram-sha-256\n")
            self._on("server", "psql", "-X", "-q", "-d", url, "-c", "SELECT pg_reload_conf()")
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.replace("127.0.0.1", "10.77.0.1")))

    def make_schema(self):
        """The database `kestra` with Kestra's tables, empty, and the account `purger`."""
        password = credentials_of(self.url)[1]
        with self.database("postgres" if self.engine == "postgres" else "") as admin:
            if self.engine == "postgres":
                admin.execute(f"CREATE ROLE purger LOGIN PASSWORD '{password}'")
                admin.execute("CREATE DATABASE kestra OWNER purger")
            else:
                admin.execute("CREATE DATABASE kestra CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci")
                admin.execute(f"CREATE USER purger@'%' IDENTIFIED BY '{password}'")
                admin.execute("GRANT ALL ON kestra.* TO purger@'%'")
        subprocess.run([BIN / "winnow-sample", "--any-host", "--executions", "0", "--database", self.purger_url()],
                       check=True, capture_output=True)

    def purger_url(self):
        parts = urlsplit(self.url)
        password = credentials_of(self.url)[1]
        host, port = hosts_of(self.url)[0]
        return urlunsplit(parts._replace(netloc=f"purger:{password}@{host}:{port}", path="/kestra"))

    def database(self, name="kestra"):
        return (Postgres if self.engine == "postgres" else Mysql)(self.url, database=name)

    def winnow(self, machine, folder, storage, more=""):
        """The command on that machine, in its own folder."""
        own = folder / machine
        own.mkdir(exist_ok=True)
        return Winnow(own, self.purger_url(), storage, more, host=(self.folder.path, machine))

    def cut(self, machine):
        script("network", "cut", self.folder.path, machine)

    def mend(self, machine):
        script("network", "mend", self.folder.path, machine)

    def stop(self):
        script(self.engine, "stop", self.folder.path / "server", check=False)
        script("network", "stop", self.folder.path)
        self.folder.remove()
