# SPDX-License-Identifier: GPL-2.0-only
"""flows.py SRC DST...: packets that are told apart by their source port, for each pair of addresses.

UDP from ports 20000 (IPv4) and 22000 (IPv6) on, TCP connection attempts from 21000 and 23000 on; sizes, TTLs and destination
ports vary. Nobody needs to answer.
"""
import errno
import socket
import sys

PORTS = (53, 443, 9, 5000)


def send(src, dst, number):
    v6 = ":" in src
    family = socket.AF_INET6 if v6 else socket.AF_INET
    base = 22000 if v6 else 20000
    udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.bind((src, base + number))
    if v6:
        udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 30 + number % 8)
    else:
        udp.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 30 + number % 8)
        udp.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, (number % 4) << 5)
    try:
        udp.sendto(bytes(20 * number), (dst, PORTS[number % 4]))
    except ConnectionRefusedError:
        pass
    udp.close()
    tcp = socket.socket(family, socket.SOCK_STREAM)
    tcp.setblocking(False)
    tcp.bind((src, base + 1000 + number))
    assert tcp.connect_ex((dst, PORTS[number % 4])) in (errno.EINPROGRESS, errno.ECONNREFUSED)
    tcp.close()


for pair in zip(sys.argv[1::2], sys.argv[2::2]):
    for n in range(24):
        send(*pair, n)
