# SPDX-License-Identifier: GPL-2.0-only
"""drop_sockets.py KIND ADDRESS PORT READY: a socket that loses packets in a way of its own; READY appears when it is there.

full		UDP, the smallest of buffers, not read
capture		packet socket on the interface ADDRESS, the smallest of buffers, not read
filter		UDP, with a filter that takes nothing
min_ttl		TCP, takes connections only from the next host (IP_MINTTL 255)
overflow	TCP, up to three connections wait for accept(), which never comes
closes		TCP, closes each connection at once
reads		TCP, reads all
late		TCP, reads all and closes 0.3 s after the other side
reads_udp	UDP, likewise
"""
import ctypes
import socket
import sys
import time

SO_ATTACH_FILTER, IP_MINTTL, BPF_RET = 26, 21, 6
kind, address, port, ready = sys.argv[1:]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
if kind == "capture":
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    port = 3
else:
    sock = socket.socket(family, socket.SOCK_DGRAM if kind in ("full", "filter", "reads_udp") else socket.SOCK_STREAM)


class Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.POINTER(Instruction))]


if kind in ("full", "capture"):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
if kind == "filter":
    program = Program(1, ctypes.pointer(Instruction(BPF_RET, 0, 0, 0)))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, bytes(program))
if kind == "min_ttl":
    sock.setsockopt(socket.IPPROTO_IP, IP_MINTTL, 255)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.bind((address, int(port)))
if kind in ("overflow", "min_ttl", "closes", "reads", "late"):
    sock.listen(2 if kind == "overflow" else 10)
open(ready, "w").close()
while kind == "reads_udp":
    sock.recv(2000)
while kind in ("closes", "reads", "late"):
    connection = sock.accept()[0]
    while kind != "closes" and connection.recv(100000):
        pass
    if kind == "late":
        time.sleep(0.3)
    connection.close()
time.sleep(600)
