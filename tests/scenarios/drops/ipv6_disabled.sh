# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# IPv6 is disabled on the interface.
# where: ip6_rcv_core|ipv6_rcv
# reason: IPV6DISABLED
# cause: IPv6
prepare() {
	pair
	set_sysctl b net.ipv6.conf.b0.disable_ipv6=1
}
send() { udp a "$b6" 9; }
