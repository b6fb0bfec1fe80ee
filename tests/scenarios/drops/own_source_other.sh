# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Another interface of the receiver has the source address, and the reverse path filter is on.
# where: ip_rcv_finish_core|ip_rcv_finish
# reason: IP_LOCAL_SOURCE|NOT_SPECIFIED
# reason 6.18 7.3: IP_LOCAL_SOURCE
# cause 5.10: reverse path filter., or it is an address of this host
# cause 6.1 6.12: 10\.[0-9]+\.5\.1 may be an own address of this host
# cause: one of this host's own addresses
prepare() {
	pair
	set_sysctl b net.ipv4.conf.all.rp_filter=2
	in_ns b <<-END
		link add other type dummy
		link set other up
		addr add 10.$n.5.1/32 dev other
	END
}
send() { frame a a0 src="10.$n.5.1" dst="$b"; }
