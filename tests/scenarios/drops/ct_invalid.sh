# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Flags of TCP that connection tracking calls invalid, and a rule that drops such.
# where: nf_hook_slow|nft_do_chain
# reason: NETFILTER_DROP
# cause: firewall|netfilter
prepare() {
	pair
	at b nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; add rule ip t in ct state invalid drop'
}
send() { frame a a0 kind=tcp flags=0x06 src="$a" dst="$b"; }
