# SPDX-License-Identifier: GPL-2.0-only
"""udp_send.py ADDRESS PORT [COMMAND...]: sends one packet, then becomes COMMAND."""
import os
import socket
import sys

socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (sys.argv[1], int(sys.argv[2])))
if sys.argv[3:]:
    os.execvp(sys.argv[3], sys.argv[3:])
