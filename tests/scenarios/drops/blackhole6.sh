# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The router has a blackhole route (IPv6).
# where: dst_discard|dst_discard_out
# reason: NOT_SPECIFIED|IP_.*
# cause: of type blackhole
# evidence: route: .*blackhole
prepare() {
	routed
	in_ns r <<<"route add blackhole fd77:$n:99::/64"
}
send() { udp a "fd77:$n:99::1" 9; }
