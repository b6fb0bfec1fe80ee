# SPDX-License-Identifier: GPL-2.0-only
"""udp_server.py ADDRESS PORT READY: a UDP socket that is bound and not read, with the smallest of buffers; READY appears then."""
import socket
import sys
import time

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
sock.bind((sys.argv[1], int(sys.argv[2])))
open(sys.argv[3], "w").close()
time.sleep(600)
