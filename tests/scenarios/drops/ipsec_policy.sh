# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An IPsec policy wants no such packets.
# where: ip_local_deliver_finish|ip_protocol_deliver_rcu|udp_queue_rcv_one_skb|udp_queue_rcv_skb|__udp_queue_rcv_skb|__udp4_lib_rcv|udp_unicast_rcv_skb
# reason: XFRM_POLICY
# cause: IPsec
# evidence: receive_buffer: .*: 0 of [0-9]+ B used
prepare() {
	pair
	serve b drop_sockets.py reads_udp "$b" 9
	at b ip xfrm policy add src "$a" dst "$b" dir in action block
}
send() { udp a "$b" 9; }
