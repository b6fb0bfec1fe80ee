# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A rule of nft at the device (netdev family).
# where: nf_hook_slow|nft_do_chain|__netif_receive_skb_core
# reason: NETFILTER_DROP
# cause: firewall|netfilter
prepare() {
	pair
	at b nft 'add table netdev t; add chain netdev t in { type filter hook ingress device b0 priority 0; }; add rule netdev t in udp dport 9 drop'
}
send() { udp a "$b" 9; }
