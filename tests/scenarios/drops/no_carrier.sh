# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The cable's other end is down.
# where: __dev_queue_xmit|__tcf_kfree_skb_list|kfree_skb_list|kfree_skb_list_reason|__dev_xmit_skb|noop_enqueue|dev_qdisc_enqueue|veth_xmit
# reason: QDISC_.*|DEV_READY|NOT_SPECIFIED
# cause: a0.* no carrier
# evidence: link: a0 .*no carrier
prepare() {
	pair
	in_ns b <<<"link set b0 down"
}
send() { udp a "$b" 9; }
