# SPDX-License-Identifier: GPL-2.0-only
"""wireguard.py DEV SEED PORT | DEV PEER-KEY ADDRESS PORT ALLOWED: what wg(8) would do, over generic netlink.

The first form sets a private key (SEED, 32 times) and the listening port, and prints the public key. The second adds a peer.
"""
import socket
import struct
import sys

REQUEST, ACK, DUMP, NESTED = 1, 4, 0x300, 0x8000
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
GET_DEVICE, SET_DEVICE = 0, 1
DEV_IFNAME, DEV_PRIVATE_KEY, DEV_PUBLIC_KEY, DEV_LISTEN_PORT, DEV_PEERS = 2, 3, 4, 6, 8
PEER_PUBLIC_KEY, PEER_ENDPOINT, PEER_ALLOWEDIPS = 1, 4, 9
IP_FAMILY, IP_ADDR, IP_MASK = 1, 2, 3

sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)


def attr(kind, data):
    return struct.pack("=HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)


def attrs(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        yield kind & ~NESTED, data[4:size]
        data = data[(size + 3) & ~3:]


def ask(family, flags, command, body):
    """Attributes of the first answer; an error ends the program."""
    sock.send(struct.pack("=IHHIIBBH", 20 + len(body), family, REQUEST | flags, 1, 0, command, 1, 0) + body)
    answer = sock.recv(65536)
    size, kind = struct.unpack_from("=IH", answer)
    if kind == 2 and struct.unpack_from("=i", answer, 16)[0]:
        sys.exit("wireguard: error %d" % struct.unpack_from("=i", answer, 16)[0])
    return dict(attrs(answer[20:size]))


name = attr(CTRL_ATTR_FAMILY_NAME, b"wireguard\0")
family = struct.unpack("=H", ask(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, name)[CTRL_ATTR_FAMILY_ID])[0]
device = attr(DEV_IFNAME, sys.argv[1].encode() + b"\0")
if len(sys.argv) == 4:
    ask(family, ACK, SET_DEVICE, device + attr(DEV_PRIVATE_KEY, bytes([int(sys.argv[2])] * 32))
        + attr(DEV_LISTEN_PORT, struct.pack("=H", int(sys.argv[3]))))
    print(ask(family, DUMP, GET_DEVICE, device)[DEV_PUBLIC_KEY].hex())
else:
    key, address, port, allowed = sys.argv[2:]
    endpoint = struct.pack("=H", socket.AF_INET) + struct.pack("!H", int(port)) + socket.inet_aton(address) + bytes(8)
    ip = attr(IP_FAMILY, struct.pack("=H", socket.AF_INET)) + attr(IP_ADDR, socket.inet_aton(allowed)) + attr(IP_MASK, b"\x20")
    peer = (attr(PEER_PUBLIC_KEY, bytes.fromhex(key)) + attr(PEER_ENDPOINT, endpoint)
            + attr(PEER_ALLOWEDIPS | NESTED, attr(NESTED, ip)))
    ask(family, ACK, SET_DEVICE, device + attr(DEV_PEERS | NESTED, attr(NESTED, peer)))
