# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The host in the middle does not forward (IPv6).
# where: ip6_forward
# reason: NOT_SPECIFIED|IP_.*|IPV6.*
# cause: this host does not forward IPv6
# evidence: forwarding: net\.ipv6\.conf\.ra\.forwarding = 1, of all 0
prepare() {
	routed
	set_sysctl r net.ipv6.conf.all.forwarding=0
	set_sysctl r net.ipv6.conf.ra.forwarding=1 # which does not matter
}
send() { udp a "$far6" 9; }
