# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A tc filter on the way out.
# where: __dev_queue_xmit|sch_handle_egress
# reason: TC_EGRESS
# cause: ^a tc filter or BPF program on the way out dropped it
# evidence: tc: tc filters of a0: egress matchall
prepare() {
	pair
	at a tc qdisc add dev a0 clsact
	at a tc filter add dev a0 egress matchall action drop
}
send() { udp a "$b" 9; }
