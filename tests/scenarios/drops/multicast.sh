# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An IPv4 multicast that nobody here has joined.
# where: ip_rcv_finish_core|ip_rcv_finish
# reason: NOT_SPECIFIED|IP_.*
# cause: multicast group 239\.1\.2\.3
# evidence: route: .*refused for these addresses
prepare() {
	pair
	in_ns a <<<"route add 239.0.0.0/8 dev a0"
}
send() { udp a 239.1.2.3 9; }
