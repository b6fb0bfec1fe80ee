# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The program does not read, and the UDP receive buffer is full.
# where: udp_queue_rcv_one_skb|__udp_queue_rcv_skb|udp_queue_rcv_skb|__udp_enqueue_schedule_skb
# reason: SOCKET_RCVBUFF
# cause: receive buffer
# evidence: receive_buffer: receive buffer of .*:9: [0-9]+ of 2304 B used
prepare() {
	pair
	serve b drop_sockets.py full "$b" 9
}
send() { at a bash -c "for i in {1..12}; do printf %1000s x >/dev/udp/$b/9; done"; }
