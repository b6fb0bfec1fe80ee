# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The frame is for another host's MAC address, as after a stale ARP entry.
# where: ip_rcv_core|ip_rcv
# reason: OTHERHOST
# cause: 02:00:00:00:00:99 is not that of b0 \(02:00:00:00:00:b0\)
# evidence: mac: frame to 02:00:00:00:00:99, b0 has 02:00:00:00:00:b0
prepare() {
	pair
	in_ns a <<<"neigh replace $b lladdr $mac:99 dev a0 nud permanent"
}
send() { udp a "$b" 9; }
