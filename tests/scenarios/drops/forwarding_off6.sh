# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The host in the middle does not forward (IPv6).
# where: ip6_forward|ip6_pkt_drop|ip6_pkt_discard|ip6_pkt_prohibit
# reason: NOT_SPECIFIED|IP_.*|IPV6.*
# cause: ra does not forward IPv6
# evidence: forwarding: net\.ipv6\.conf\.ra\.forwarding = 0
prepare() {
	routed
	set_sysctl r net.ipv6.conf.all.forwarding=0
}
send() { udp a "$far6" 9; }
