# SPDX-License-Identifier: GPL-2.0-only
"""frame.py IFACE [KEY=VALUE...]: sends one Ethernet frame that may be wrong in any field.

Frame: dmac, smac, type (EtherType, 0x...), vlan (id of a tag), cut (bytes of the frame that are sent), size (of the payload).
IP (v4, or v6 if src has a colon): src, dst, ttl, proto, ihl, len, frag (the field with flags, 0x...), ipcsum (added to the right one),
options (hexadecimal digits).
Next: kind=udp|tcp|echo|none, sport, dport, flags (of TCP, 0x...), seq, icmp (type of an echo), l4csum (added to the right one).
"""
import socket
import struct
import sys

ETH_P_IP, ETH_P_IPV6 = 0x0800, 0x86DD
PROTO = {"udp": 17, "tcp": 6, "echo": 1, "none": 253}

iface = sys.argv[1]
arg = dict(word.split("=", 1) for word in sys.argv[2:])


def number(key, default):
    return int(arg.get(key, str(default)), 0)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def transport(src, dst, proto):
    kind, payload = arg.get("kind", "udp"), bytes(number("size", 10))
    ports = struct.pack("!HH", number("sport", 5000), number("dport", 9))
    if kind == "udp":
        head, at = ports + struct.pack("!HH", 8 + len(payload), 0), 6
    elif kind == "tcp":
        head = ports + struct.pack("!IIBBHHH", number("seq", 1000), 0, 5 << 4, number("flags", 2), 1000, 0, 0)
        at = 16
    elif kind == "echo":
        head, at = struct.pack("!BBHHH", number("icmp", 8), 0, 0, 7, 1), 2
    else:
        return payload
    data = head + payload
    pseudo = b"" if kind == "echo" else src + dst + struct.pack("!II", len(data), proto)
    right = checksum(pseudo + data)
    return data[:at] + struct.pack("!H", (right + number("l4csum", 0)) & 0xFFFF) + data[at + 2:]


def ipv4(src, dst, proto, data):
    options = bytes.fromhex(arg.get("options", ""))
    ihl = number("ihl", 5 + len(options) // 4)
    head = struct.pack("!BBHHHBBH4s4s", 4 << 4 | ihl, 0, number("len", 20 + len(options) + len(data)), 7, number("frag", 0),
                       number("ttl", 64), proto, 0, src, dst) + options
    return head[:10] + struct.pack("!H", (checksum(head) + number("ipcsum", 0)) & 0xFFFF) + head[12:] + data


def ipv6(src, dst, proto, data):
    if "frag" in arg:
        data = struct.pack("!BBHI", proto, 0, number("frag", 0), 7) + data
        proto = 44
    return struct.pack("!IHBB16s16s", 6 << 28, number("len", len(data)), proto, number("ttl", 64), src, dst) + data


def packet():
    if "src" not in arg:
        return number("type", 0x88B5), bytes(number("size", 10))
    v6 = ":" in arg["src"]
    src, dst = (socket.inet_pton(socket.AF_INET6 if v6 else socket.AF_INET, arg[key]) for key in ("src", "dst"))
    proto = number("proto", PROTO[arg.get("kind", "udp")])
    data = transport(src, dst, proto)
    return (ETH_P_IPV6, ipv6(src, dst, proto, data)) if v6 else (ETH_P_IP, ipv4(src, dst, proto, data))


ethertype, data = packet()
header = b"".join(bytes.fromhex(arg.get(key, f"02:00:00:00:00:{end}").replace(":", "")) for key, end in (("dmac", "b0"), ("smac", "a0")))
if "vlan" in arg:
    header += struct.pack("!HH", 0x8100, number("vlan", 0))
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sock.bind((iface, 0))
frame = header + struct.pack("!H", ethertype) + data
sock.send(frame[:number("cut", len(frame))])
