# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The other fragments do not come.
# where: ip_expire|inet_frag_rbtree_purge
# reason: FRAG_REASM_TIMEOUT|NOT_SPECIFIED
# reason 6.18 7.3: FRAG_REASM_TIMEOUT
# cause: other fragments
prepare() {
	pair
	set_sysctl b net.ipv4.ipfrag_time=1
}
send() { frame a a0 src="$a" dst="$b" size=72 frag=0x2000; }
