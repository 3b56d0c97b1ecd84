"""free_ports.py N: prints N loopback ports that nobody uses now, and that differ.

They are none of those that the kernel gives to outgoing connections, if there are others: of these
there are thousands while cases run, and each could take a port before the broker listens on it.
"""
import pathlib
import random
import socket
import sys

PORTS = range(10240, 65536)
first, last = map(int, pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
candidates = [p for p in PORTS if not first <= p <= last] or list(PORTS)
random.shuffle(candidates)
sockets = []
while len(sockets) < int(sys.argv[1]):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", candidates.pop()))
        sockets.append(s)
    except OSError:
        s.close()
print(*(s.getsockname()[1] for s in sockets))
