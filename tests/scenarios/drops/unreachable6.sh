# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The router has an unreachable route (IPv6).
# where: ip6_pkt_drop|ip6_pkt_discard|ip6_pkt_prohibit
# reason: NOT_SPECIFIED|IP_.*
# cause: of type unreachable
# evidence: route: .*No route to host
prepare() {
	routed
	in_ns r <<<"route add unreachable fd77:$n:99::/64"
}
send() { udp a "fd77:$n:99::1" 9; }
