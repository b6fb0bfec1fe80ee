# SPDX-License-Identifier: GPL-2.0-only
"""tcp_again.py IFACE ADDRESS PORT AHEAD: sends data on a TCP connection, then once more the frame with it, AHEAD bytes further on
in the stream (0: the same again)."""
import socket
import struct
import sys

iface, address, port, ahead = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
TCP_AT, SEQ, CSUM, DATA = 14 + 20, 4, 16, b"the data"


def once_more(frame):
    """The same with another sequence number, and a checksum of its own (what was captured may have none yet)."""
    tcp = bytearray(frame[TCP_AT:])
    seq = struct.unpack_from("!I", tcp, SEQ)[0]
    struct.pack_into("!I", tcp, SEQ, (seq + ahead) & 0xFFFFFFFF)
    struct.pack_into("!H", tcp, CSUM, 0)
    data = frame[26:34] + struct.pack("!HH", 6, len(tcp)) + bytes(tcp)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[:len(data) & ~1])) + (data[-1] << 8 if len(data) % 2 else 0)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    struct.pack_into("!H", tcp, CSUM, ~total & 0xFFFF)
    return frame[:TCP_AT] + bytes(tcp)


wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind((iface, 3))
tcp = socket.create_connection((address, port))
tcp.send(DATA)
while not (frame := wire.recv(2000)).endswith(DATA):
    pass
# No more of what passes: a packet socket that is closed drops what it holds.
wire.bind((iface, 0))
wire.setblocking(False)
try:
    while wire.recv(2000):
        pass
except BlockingIOError:
    pass
wire.setblocking(True)
wire.send(once_more(frame))
wire.close()
tcp.shutdown(socket.SHUT_WR)
tcp.recv(1)
