# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A UDP broadcast for which nothing listens: nobody is told.
# where: __udp4_lib_rcv|udp_rcv
# reason: NOT_SPECIFIED|NO_SOCKET
# cause: no socket here takes this broadcast or multicast to UDP port 137; the sender is not told
prepare() { pair; }
send() { frame a a0 dmac=ff:ff:ff:ff:ff:ff src="$a" dst="10.$n.1.255" dport=137; }
