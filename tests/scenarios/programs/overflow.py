# SPDX-License-Identifier: GPL-2.0-only
"""overflow.py ADDRESS PORT DEVICE: two connections, and when they are made two more at one time, whose packets take a while from DEVICE."""
import socket
import subprocess
import sys
import time

address, port, device = sys.argv[1], int(sys.argv[2]), sys.argv[3]
waiting = [socket.create_connection((address, port)) for _ in range(2)]
subprocess.run(["tc", "qdisc", "add", "dev", device, "root", "netem", "delay", "300ms"], check=True)
both = [socket.socket() for _ in range(2)]
for s in both:
    s.setblocking(False)
for s in both:
    s.connect_ex((address, port))
time.sleep(2)
