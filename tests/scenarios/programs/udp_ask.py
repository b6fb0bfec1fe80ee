# SPDX-License-Identifier: GPL-2.0-only
"""udp_ask.py ADDRESS PORT COUNT AHEAD [SIZE]: sends to a server that echoes, at most AHEAD datagrams before the answers, so that no queue is full."""
import socket
import sys

address, port, count, ahead, size = sys.argv[1], *map(int, (sys.argv[2:] + [64])[:4])
sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
sock.connect((address, port))
sock.settimeout(5)
for number in range(count + ahead):
    if number < count:
        sock.send(bytes(size))
    if number >= ahead:
        sock.recv(size + 1)
