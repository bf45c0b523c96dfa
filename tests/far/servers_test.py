#!/usr/bin/python3
"""The scripts of tests/servers that make networks and clusters do what their first lines say."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from bed import ROOT, SERVERS, Folder, script


def reached(network, host, address):
    """Whether a packet from the host reaches the address: nothing listens there, so a refusal counts as a reply."""
    program = ("import socket, sys\ntry: socket.create_connection((sys.argv[1], 9), 1)\n"
               "except ConnectionRefusedError: print('answered')\nexcept OSError: print('silence')")
    return script("network", "run", network, host, sys.executable, "-c", program, address) == "answered"


class Network(unittest.TestCase):
    def setUp(self):
        self.folder = Folder("far-network")
        self.addCleanup(self.folder.remove)
        script("network", "start", self.folder.path, "a", "b", "c")
        self.addCleanup(script, "network", "stop", self.folder.path)

    def test_hosts_reach_each_other_and_nothing_else(self):
        self.assertTrue(reached(self.folder.path, "a", "10.77.0.2"))
        self.assertTrue(reached(self.folder.path, "c", "10.77.0.1"))
        self.assertFalse(reached(self.folder.path, "a", "192.0.2.1"))
        routes = script("network", "run", self.folder.path, "a", "ip", "route")
        self.assertEqual(routes.split()[0], "10.77.0.0/24", "one route, into the network itself")
        self.assertEqual(len(routes.splitlines()), 1)

    def test_a_cut_cable_swallows_packets_until_it_is_mended(self):
        script("network", "cut", self.folder.path, "b")
        self.assertFalse(reached(self.folder.path, "a", "10.77.0.2"))
        self.assertTrue(reached(self.folder.path, "a", "10.77.0.3"))
        script("network", "mend", self.folder.path, "b")
        self.assertTrue(reached(self.folder.path, "a", "10.77.0.2"))

    def test_hosts_that_are_parted_reach_all_others_until_that_is_mended(self):
        script("network", "part", self.folder.path, "a", "b")
        self.assertFalse(reached(self.folder.path, "a", "10.77.0.2"))
        self.assertFalse(reached(self.folder.path, "b", "10.77.0.1"))
        self.assertTrue(reached(self.folder.path, "a", "10.77.0.3"))
        script("network", "mend", self.folder.path, "a")
        self.assertTrue(reached(self.folder.path, "b", "10.77.0.1"))

    def test_a_delay_holds_packets_back_and_cables_can_be_cut_all_the_same(self):
        program = ("import socket, time\nbegan = time.monotonic()\ntry: socket.create_connection(('10.77.0.2', 9), 5)\n"
                   "except ConnectionRefusedError: print(time.monotonic() - began)")
        script("network", "delay", self.folder.path, 50_000)
        took = float(script("network", "run", self.folder.path, "a", sys.executable, "-c", program))
        self.assertGreater(took, 0.1, "there and back, 50 ms each way")
        script("network", "cut", self.folder.path, "b")
        self.assertFalse(reached(self.folder.path, "a", "10.77.0.2"))
        script("network", "mend", self.folder.path, "b")
        self.assertTrue(reached(self.folder.path, "a", "10.77.0.3"))

    def test_stop_leaves_no_namespace_and_no_process(self):
        script("network", "delay", self.folder.path, 1_000)
        hub = int((self.folder.path / "hub.pid").read_text())
        namespaces = {script("network", "namespace", self.folder.path, host) for host in ("a", "b", "c")}
        self.assertTrue(all(pathlib.Path(each).exists() for each in namespaces))
        script("network", "stop", self.folder.path)
        self.assertFalse(any(pathlib.Path(each).exists() for each in namespaces))
        self.assertFalse((pathlib.Path("/proc") / str(hub) / "cwd").exists())


class PostgresCluster(unittest.TestCase):
    def test_a_replica_that_is_promoted_has_what_was_committed_and_the_old_primary_can_follow_it(self):
        folder = Folder("far-cluster")
        self.addCleanup(folder.remove)
        url = script("postgres_cluster", "start", folder.path)
        self.addCleanup(script, "postgres_cluster", "stop", folder.path)

        def sql(host, statement):
            single = url.replace("10.77.0.1:5432,10.77.0.2:5432,10.77.0.3:5432", f"10.77.0.{host[-1]}:5432")
            return script("network", "run", folder.path, "client", "psql", "-X", "-A", "-t", "-q", "-d", single, "-c", statement)

        self.assertEqual(sql("db1", "SELECT string_agg(application_name || ' ' || sync_state, ', ' ORDER BY 1) FROM pg_stat_replication"),
                         "db2 sync, db3 async")
        sql("db1", "CREATE TABLE t AS SELECT 1 AS a")
        script("postgres_cluster", "crash", folder.path, "db1")
        script("postgres_cluster", "promote", folder.path, "db2")
        self.assertEqual(sql("db2", "INSERT INTO t VALUES (2) RETURNING (SELECT count(*) FROM t)"), "1")
        script("postgres_cluster", "rejoin", folder.path, "db1", "db2", "synchronous")
        self.assertEqual(sql("db1", "SELECT count(*), pg_is_in_recovery() FROM t"), "2|t")


class Matrix(unittest.TestCase):
    """The table of docs/servers.md: rows by the beginning of their first cell, and the programs whose versions are in the second."""

    CHROOT = pathlib.Path(os.environ.get("WINNOW_CACHE", pathlib.Path.home() / ".cache/winnow")) / "mysql-root"
    VITESS = CHROOT.parent / "vitess-v0.24.4/bin/vtgate"
    MYSQL = ["chroot", CHROOT, "mysqld", "--version"]
    POSTGRES = ["/usr/lib/postgresql/15/bin/postgres", "--version"]
    ROUTER = [SERVERS / "mysql_router.sh", "version"]
    PROGRAMS = {"PostgreSQL, primary": [POSTGRES], "MySQL, a source": [MYSQL], "MySQL or PostgreSQL that hangs": [MYSQL, POSTGRES],
                "pgbouncer, session": [["pgbouncer", "--version"]], "pgbouncer, transaction": [["pgbouncer", "--version"]],
                "pgbouncer, statement": [["pgbouncer", "--version"]], "pgpool2": [["pgpool", "--version"]],
                "haproxy": [["haproxy", "-v"]], "Patroni": [["patroni", "--version"], ["etcd", "--version"]],
                "MySQL group replication": [MYSQL], "MySQL group, several": [MYSQL], "MySQL Router": [ROUTER],
                "several machines": [MYSQL, POSTGRES], "Vitess": [[VITESS, "--version"]]}

    def test_names_the_versions_that_are_tried(self):
        table = [line.split("|") for line in (ROOT / "docs/servers.md").read_text().splitlines() if line.startswith("| ")]
        for title, programs in self.PROGRAMS.items():
            cell = next(row[2] for row in table if row[1].strip().startswith(title))
            for program in programs:
                with self.subTest(title, program=str(program[0])):
                    asked = shutil.which(program[0]) and subprocess.run(program, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    if not asked or asked.returncode != 0:
                        self.skipTest("not here")
                    told = asked.stdout
                    version = re.search(r"\d+(\.\d+)+", told)[0]
                    self.assertTrue(any(f"{version}.".startswith(f"{written}.") for written in re.findall(r"\d+(?:\.\d+)+", cell)),
                                    f"{version} is here, docs/servers.md says {cell}")


# The scripts of the MySQL group, Patroni, Vitess and the poolers are pinned by their suites, whose first step is a tour of all tasks.

if __name__ == "__main__":
    unittest.main(verbosity=2)
