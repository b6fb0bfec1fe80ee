# SPDX-License-Identifier: GPL-2.0-only
"""pieces.py listen|send ADDRESS: UDP and TCP packets whose data lie in four page fragments of 40 bytes.

The bytes come from four pages of a file, by sendfile(), which does not copy, while the socket is corked. The word MARK is in a
different place in each packet; packet N has source port 9000 + N.
"""
import os
import socket
import sys

PORT, PIECE, PIECES, PAGE = 8098, 40, 4, 4096
UDP_CORK = 1
MARK_AT = (0, 40, 80, 120, 38, 60)


def listen(address):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((address, PORT))
    tcp = socket.create_server((address, PORT))
    while True:
        tcp.accept()[0].recv(1000)


def write_file(mark_at):
    """A new file each time: a packet on its way still has the pages of the last one."""
    data = bytearray(PIECE * PIECES)
    data[mark_at:mark_at + 4] = b"MARK"
    fd = os.open("/run", os.O_TMPFILE | os.O_RDWR)
    for piece in range(PIECES):
        os.pwrite(fd, data[piece * PIECE:(piece + 1) * PIECE], piece * PAGE)
    return fd


def send(address, kind, protocol, cork, number, mark_at):
    sock = socket.socket(socket.AF_INET, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", 9000 + number))
    sock.connect((address, PORT))
    sock.setsockopt(protocol, cork, 1)
    file = write_file(mark_at)
    for piece in range(PIECES):
        assert os.sendfile(sock.fileno(), file, piece * PAGE, PIECE) == PIECE
    sock.setsockopt(protocol, cork, 0)
    if kind == socket.SOCK_STREAM:
        sock.recv(1)
    sock.close()


if sys.argv[1] == "listen":
    listen(sys.argv[2])
for n, at in enumerate(MARK_AT):
    send(sys.argv[2], socket.SOCK_DGRAM, socket.IPPROTO_UDP, UDP_CORK, n, at)
    send(sys.argv[2], socket.SOCK_STREAM, socket.IPPROTO_TCP, socket.TCP_CORK, n, at)
