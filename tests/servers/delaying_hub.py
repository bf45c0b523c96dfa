#!/usr/bin/python3
"""The switch of network.sh with long cables: every frame arrives at the other ports after a delay. `delaying_hub.py MICROSECONDS PORT...`

Runs in the switch's namespace until it is ended. A port whose link is down is a cable that is pulled.
"""

import collections
import contextlib
import select
import socket
import sys
import time

_ETH_P_ALL = 3
_LARGEST_FRAME = 65_600


def open_port(name):
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    port.bind((name, _ETH_P_ALL))
    port.setblocking(False)
    return port


def main():
    delay = int(sys.argv[1]) / 1e6
    ports = [open_port(name) for name in sys.argv[2:]]
    under_way = collections.deque()  # (when it arrives, from which port, frame): the delay is the same for all, so they are in order
    print("ready", flush=True)
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select(ports, [], [], wait)
        for port in readable:
            # ENETDOWN is reported once, then the port is silent until its link is up again.
            with contextlib.suppress(OSError):
                frame, address = port.recvfrom(_LARGEST_FRAME)
                if address[2] != socket.PACKET_OUTGOING:
                    under_way.append((time.monotonic() + delay, port, frame))
        now = time.monotonic()
        while under_way and under_way[0][0] <= now:
            _, source, frame = under_way.popleft()
            for port in ports:
                if port is not source:
                    with contextlib.suppress(OSError):
                        port.send(frame)


if __name__ == "__main__":
    main()
