"""haproxy before servers, and what its operator says to it: a server that drains keeps its sessions and gets no more."""

import csv
import socket

from bed import script


class Haproxy:
    """Before servers db1, db2, ... in their order; stopped at the end of a test."""

    def __init__(self, test, folder, port, *servers):
        self._folder = folder / "haproxy"
        script("haproxy", "start", self._folder, port, *servers)
        test.addCleanup(script, "haproxy", "stop", self._folder)

    def say(self, command):
        with socket.socket(socket.AF_UNIX) as admin:
            admin.connect(str(self._folder / "admin"))
            admin.sendall(f"{command}\n".encode())
            return b"".join(iter(lambda: admin.recv(65_536), b"")).decode()

    def drain(self, server):
        self.say(f"set server database/{server} state drain")

    def ready(self, server):
        self.say(f"set server database/{server} state ready")

    def sessions_so_far(self, server):
        rows = csv.DictReader(self.say("show stat").removeprefix("# ").splitlines())
        return next(int(row["stot"]) for row in rows if row["svname"] == server)
