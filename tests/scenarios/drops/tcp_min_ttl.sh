# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The TTL is below what the listener accepts, as in BGP's TTL security.
# where: tcp_v4_rcv
# reason: TCP_MINTTL|NOT_SPECIFIED
# cause: TTL
# evidence: connection: .*:9 listens
prepare() {
	pair
	serve b drop_sockets.py min_ttl "$b" 9
}
send() { frame a a0 kind=tcp src="$a" dst="$b"; }
