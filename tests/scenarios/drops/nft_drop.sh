# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A rule of nft.
# where: nf_hook_slow|nft_do_chain
# reason: NETFILTER_DROP
# cause: firewall|netfilter
prepare() {
	pair
	at b nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; add rule ip t in udp dport 9 drop'
}
send() { udp a "$b" 9; }
