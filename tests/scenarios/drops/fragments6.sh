# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The other fragments do not come (IPv6).
# where: ip6frag_expire_frag_queue|ip6_frag_expire|inet_frag_rbtree_purge
# reason: FRAG_REASM_TIMEOUT|NOT_SPECIFIED
# reason 6.18 7.3: FRAG_REASM_TIMEOUT
# cause: other fragments
prepare() {
	pair
	set_sysctl b net.ipv6.ip6frag_time=1
}
send() { frame a a0 src="$a6" dst="$b6" size=72 frag=1; }
