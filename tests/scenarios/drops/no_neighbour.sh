# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Nobody answers for the next hop's address.
# where: neigh_invalidate|arp_error_report
# reason: NEIGH_FAILED
# cause: next hop|neighbour
# evidence: neighbour: neighbour 10\..*\.77 on a0: FAILED
prepare() {
	pair
	set_sysctl a net.ipv4.neigh.a0.retrans_time_ms=100
}
send() { udp a "10.$n.1.77" 9; }
