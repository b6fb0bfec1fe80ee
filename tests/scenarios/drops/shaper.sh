# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# More than a shaper (tbf) may hold.
# where: __dev_queue_xmit|__tcf_kfree_skb_list|kfree_skb_list|kfree_skb_list_reason|__dev_xmit_skb|tbf_enqueue|dev_qdisc_enqueue
# reason: QDISC_.*
# cause: qdisc
# evidence: qdisc: qdisc tbf .* of a0: [1-9]+ dropped
prepare() {
	pair
	serve b drop_sockets.py reads_udp "$b" 9
	at a tc qdisc add dev a0 root tbf rate 8kbit burst 2000 limit 2000
}
send() { at a bash -c "for i in 1 2 3 4 5 6; do printf %900s x >/dev/udp/$b/9; done"; }
