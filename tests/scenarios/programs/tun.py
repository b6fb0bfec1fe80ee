# SPDX-License-Identifier: GPL-2.0-only
"""tun.py NAME: makes a tun device, which has no Ethernet header, and swallows what is sent to it."""
import fcntl
import os
import struct
import sys

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000

fd = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(), IFF_TUN | IFF_NO_PI))
while True:
    os.read(fd, 65536)
