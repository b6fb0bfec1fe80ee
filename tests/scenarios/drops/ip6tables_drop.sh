# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A rule of legacy ip6tables.
# where: nf_hook_slow|ip6t_do_table
# reason: NETFILTER_DROP
# cause: firewall|netfilter
prepare() {
	pair
	at b ip6tables-legacy -A INPUT -p udp --dport 9 -j DROP
}
send() { udp a "$b6" 9; }
