# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The filter of a socket takes nothing.
# where: udp_queue_rcv_one_skb|__udp_queue_rcv_skb|udp_queue_rcv_skb
# reason: SOCKET_FILTER
# cause: filter
# evidence: receive_buffer: .*: 0 of [0-9]+ B used
prepare() {
	pair
	serve b drop_sockets.py filter "$b" 9
}
send() { udp a "$b" 9; }
