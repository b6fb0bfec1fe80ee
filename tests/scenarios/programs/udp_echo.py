# SPDX-License-Identifier: GPL-2.0-only
"""udp_echo.py ADDRESS PORT READY: sends back what comes; READY appears when it is there."""
import socket
import sys

address, port, ready = sys.argv[1:]
sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((address, int(port)))
open(ready, "w").close()
while True:
    sock.sendto(*sock.recvfrom(65535))
