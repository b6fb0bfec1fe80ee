# SPDX-License-Identifier: GPL-2.0-only
"""closed_connection.py ADDRESS PORT SERVER PORT: a TCP connection that the server closes first; prints the next sequence number."""
import socket
import sys
import time

TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, SEND_QUEUE, OFF_WITHOUT_PROBE = 19, 20, 21, 2, -1
address, port, server, server_port = sys.argv[1:]
sock = socket.socket()
sock.bind((address, int(port)))
sock.connect((server, int(server_port)))
while sock.recv(1000):
    pass
sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, SEND_QUEUE)
print(sock.getsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ) & 0xFFFFFFFF)
sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, OFF_WITHOUT_PROBE)
sock.close()
time.sleep(0.3)
