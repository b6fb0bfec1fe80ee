# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# No route leads back to the source, and the reverse path filter asks for one.
# where: ip_rcv_finish_core|ip_rcv_finish
# reason: IP_RPFILTER
# cause 5.10: does not use b0 .reverse path filter
# cause: no route leads back to its source 10\.[0-9]+\.5\.1, .*reverse path filter, loose
# evidence: rp_filter: rp_filter 2 on b0
prepare() {
	pair
	set_sysctl b net.ipv4.conf.all.rp_filter=2
}
send() { frame a a0 src="10.$n.5.1" dst="$b"; }
