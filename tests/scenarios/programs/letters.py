# SPDX-License-Identifier: GPL-2.0-only
"""letters.py listen|udp|tcp|bulk ADDRESS: sends text, whose bytes lie in many page fragments.

udp and tcp: 1200 bytes in twelve pieces, from twelve pages of a file, by sendfile(), which does not copy, while the socket is
corked. bulk: 20,000 bytes of TCP at once. The mark of the packets is 7.
"""
import os
import socket
import sys

PORT, PIECE, PIECES, PAGE = 8097, 100, 12, 4096
UDP_CORK = 1
text = b"".join(b"%c" % (97 + n) * PIECE for n in range(PIECES))


def listen(address):
    server = socket.create_server((address, PORT))
    print("listening", flush=True)
    while True:
        connection = server.accept()[0]
        while connection.recv(4096):
            pass


def open_socket(address, kind):
    sock = socket.socket(socket.AF_INET, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 7)
    sock.connect((address, PORT))
    return sock


def send_pieces(sock, protocol, cork):
    file = os.open("/run", os.O_TMPFILE | os.O_RDWR)
    for n in range(PIECES):
        os.pwrite(file, text[n * PIECE:(n + 1) * PIECE], n * PAGE)
    sock.setsockopt(protocol, cork, 1)
    for n in range(PIECES):
        assert os.sendfile(sock.fileno(), file, n * PAGE, PIECE) == PIECE
    sock.setsockopt(protocol, cork, 0)


what, where = sys.argv[1:]
if what == "listen":
    listen(where)
elif what == "udp":
    send_pieces(open_socket(where, socket.SOCK_DGRAM), socket.IPPROTO_UDP, UDP_CORK)
elif what == "tcp":
    send_pieces(open_socket(where, socket.SOCK_STREAM), socket.IPPROTO_TCP, socket.TCP_CORK)
elif what == "bulk":
    open_socket(where, socket.SOCK_STREAM).sendall(bytes(20000))
