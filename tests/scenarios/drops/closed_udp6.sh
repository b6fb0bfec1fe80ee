# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# No socket has the UDP port (IPv6).
# where: __udp6_lib_rcv|udpv6_rcv
# reason: NO_SOCKET
# cause: no socket is open on UDP port 9
# evidence: listeners: no UDP socket has port 9
prepare() { pair; }
send() { udp a "$b6" 9; }
