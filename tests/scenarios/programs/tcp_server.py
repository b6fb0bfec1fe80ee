# SPDX-License-Identifier: GPL-2.0-only
"""tcp_server.py ADDRESS PORT READY: accepts connections one after the other and sends back what comes."""
import socket
import sys

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.bind((sys.argv[1], int(sys.argv[2])))
sock.listen()
open(sys.argv[3], "w").close()
while True:
    connection, _ = sock.accept()
    while data := connection.recv(1000):
        connection.sendall(data)
    connection.close()
