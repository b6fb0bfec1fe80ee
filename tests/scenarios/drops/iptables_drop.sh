# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A rule of legacy iptables.
# where: nf_hook_slow|ipt_do_table
# reason: NETFILTER_DROP
# cause: firewall|netfilter
prepare() {
	pair
	at b iptables-legacy -A INPUT -p udp --dport 9 -j DROP
}
send() { udp a "$b" 9; }
