# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The TCP checksum is wrong.
# where: tcp_v4_rcv
# reason: TCP_CSUM
# cause: checksum
prepare() {
	pair
	serve b drop_sockets.py reads "$b" 9
}
send() { frame a a0 kind=tcp src="$a" dst="$b" l4csum=1; }
