# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A unicast address in a broadcast frame, where that is forbidden.
# where: ip_rcv_finish_core|ip_rcv_finish
# reason: UNICAST_IN_L2_MULTICAST
# cause: broadcast|multicast
prepare() {
	pair
	set_sysctl b net.ipv4.conf.b0.drop_unicast_in_l2_multicast=1
}
send() { frame a a0 dmac=ff:ff:ff:ff:ff:ff src="$a" dst="$b"; }
