"""Counts the round trips between a client and a server: a relay on its own loopback port."""

import socket
import threading
from urllib.parse import urlsplit, urlunsplit


class Relay:
    """With `with`; `url` leads through it."""

    def __init__(self, url):
        parts = urlsplit(url)
        self._server = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = urlunsplit(parts._replace(netloc=parts.netloc.rsplit(":", 1)[0] + f":{port}"))
        self.reset()
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self):
        self.connections = self.round_trips = 0

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection(self._server)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asked = threading.Event()
            threading.Thread(target=self._pass_on, args=(client, server, asked.set), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(server, client, lambda: self._answered(asked)), daemon=True).start()

    def _answered(self, asked):
        """A reply may come in parts; it counts once per request."""
        if asked.is_set():
            asked.clear()
            self.round_trips += 1

    @staticmethod
    def _pass_on(source, target, seen):
        try:
            while data := source.recv(65536):
                seen()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
