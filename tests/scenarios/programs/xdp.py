# SPDX-License-Identifier: GPL-2.0-only
# xdp.py RESULT PATH: loads an XDP program that returns RESULT for every packet, and pins it there.
import ctypes
import struct
import sys

BPF_PROG_LOAD, BPF_OBJ_PIN, BPF_PROG_TYPE_XDP = 5, 6, 6
SYS_BPF = 321  # x86-64
MOV64_R0, EXIT = 0xB7, 0x95


def bpf(command, attributes):
    attributes = ctypes.create_string_buffer(attributes)
    fd = ctypes.CDLL(None, use_errno=True).syscall(SYS_BPF, command, attributes, len(attributes) - 1)
    if fd < 0:
        sys.exit(f"bpf({command}): errno {ctypes.get_errno()}")
    return fd


program = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", MOV64_R0, 0, 0, int(sys.argv[1]), EXIT, 0, 0, 0))
licence = ctypes.create_string_buffer(b"GPL")
path = ctypes.create_string_buffer(sys.argv[2].encode())
fd = bpf(BPF_PROG_LOAD, struct.pack("<IIQQIIQ", BPF_PROG_TYPE_XDP, 2, ctypes.addressof(program), ctypes.addressof(licence), 0, 0, 0))
bpf(BPF_OBJ_PIN, struct.pack("<QI", ctypes.addressof(path), fd))
