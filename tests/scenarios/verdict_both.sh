# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# sample: 5.10 6.18 7.3
# Legacy iptables and nft side by side: each says what it did, whoever comes first.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_verdicts.sh"
router
at router iptables-legacy -A FORWARD -p udp --dport 4242 -j DROP || die "no iptables"
at router nft -f - <<'NFT' || die "no nft"
table inet fw {
	chain early { type filter hook forward priority -10; udp dport 4243 drop; }
	chain late { type filter hook forward priority 10; udp dport 4244 drop; }
}
NFT
trace --iptable "udp and dst host $server"
udp client $server 4240 4242 4243 4244
finish

# decisions PORT: of the router, in order
decisions() {
	ask '$all | map(select(.returned and .netns_name == "router" and .hook == "FORWARD" and .dport == '"$1"')
		| "\(.func) \(.chain // "-") \(.verdict)") | join(", ")'
}
is() { [ "$2" = "$3" ] || fail "$1: $2, not $3"; }
is "all let pass" "$(decisions 4240)" "nft_do_chain early ACCEPT, ipt_do_table FORWARD ACCEPT, nft_do_chain late ACCEPT, nf_hook_slow - ACCEPT"
is "iptables drops" "$(decisions 4242)" "nft_do_chain early ACCEPT, ipt_do_table FORWARD DROP, nf_hook_slow - DROP"
is "nft drops first" "$(decisions 4243)" "nft_do_chain early DROP, nf_hook_slow - DROP"
is "nft drops last" "$(decisions 4244)" "nft_do_chain early ACCEPT, ipt_do_table FORWARD ACCEPT, nft_do_chain late DROP, nf_hook_slow - DROP"
returns_pair
done_testing
