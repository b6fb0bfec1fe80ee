# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A tc filter on the way in.
# where: __netif_receive_skb_core|sch_handle_ingress|tcf_classify_ingress
# reason: TC_INGRESS
# cause: ^a tc filter or BPF program on the way in dropped it
# evidence: tc: .*matchall
prepare() {
	pair
	at b tc qdisc add dev b0 clsact
	at b tc filter add dev b0 ingress matchall action drop
}
send() { udp a "$b" 9; }
