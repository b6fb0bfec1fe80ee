# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# More packets than may wait for the next hop's MAC address.
# where: __neigh_event_send
# reason: NEIGH_QUEUEFULL
# cause: wait
# evidence: neighbour: .*\.77 on a0: INCOMPLETE
prepare() {
	pair
	set_sysctl a net.ipv4.neigh.a0.unres_qlen=1 net.ipv4.neigh.a0.retrans_time_ms=60000
}
send() { at a bash -c "for i in 1 2 3 4; do echo x >/dev/udp/10.$n.1.77/9; done"; }
