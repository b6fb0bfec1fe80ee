# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# netem loses it on purpose.
# where: __dev_queue_xmit|__tcf_kfree_skb_list|kfree_skb_list|kfree_skb_list_reason|__dev_xmit_skb|netem_enqueue|dev_qdisc_enqueue
# reason: QDISC_.*
# cause: qdisc.* by intent
# evidence: qdisc: qdisc netem .* of a0: [1-9][0-9]* dropped
prepare() {
	pair
	at a tc qdisc add dev a0 root netem loss 100%
}
send() { udp a "$b" 9; }
