# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The route back to the source uses another interface.
# where: ip_rcv_finish_core|ip_rcv_finish
# reason: IP_RPFILTER
# cause: does not use b0 .reverse path filter
# evidence: rp_filter: rp_filter 1 on b0 .*dev other
prepare() {
	pair
	set_sysctl b net.ipv4.conf.all.rp_filter=1
	in_ns b <<-END
		link add other type dummy
		link set other up
		route add 10.$n.5.0/24 dev other
	END
}
send() { frame a a0 src="10.$n.5.1" dst="$b"; }
