# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Nobody answers for the next hop's address (IPv6).
# where: neigh_invalidate|ndisc_error_report
# reason: NEIGH_FAILED|NOT_SPECIFIED
# cause: next hop|neighbour
# evidence: neighbour: neighbour fd77:.*::77 on a0: FAILED
prepare() {
	pair
	set_sysctl a net.ipv6.neigh.a0.retrans_time_ms=100
}
send() { udp a "fd77:$n:1::77" 9; }
