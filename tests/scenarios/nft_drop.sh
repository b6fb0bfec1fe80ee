# SPDX-License-Identifier: GPL-2.0-only
# timeout: 180
# An nft rule on the server drops a TCP connection attempt.
. "$(dirname "$0")/lib.sh"
pair
at server nft -f - <<'NFT' || die "no nft"
table inet t {
	chain input {
		type filter hook input priority 0;
		tcp dport 8080 drop
	}
}
NFT
trace -H $server -P 8080 --dropstack
at client nc -w 1 -z $server 8080
finish

expect "a drop" '$drop | length >= 1'
expect "in the server, on the way in" '$drop | all(.netns_name == "server" and .ifname == "s0")'
# From 6.7 on nft frees the packet itself (e0d4593140b0), before that nf_hook_slow does.
expect "by the firewall" '$drop | all(.func == "nf_hook_slow" or .func == "nft_do_chain")'
expect "of the connection attempt" '$drop[0] | .proto == "TCP" and .dport == 8080 and (.stack | length > 3)'
# With --dropstack 5.10 has no verdicts, as probes of returns would cut the stacks there.
if [ "$KERNEL" = 5.10 ]; then
	expect "with a cause in words" '$drop | all(.cause | startswith("a netfilter hook said DROP"))'
	trace -H $server -P 8080
	at client nc -w 1 -z $server 8080
	finish
fi
handle=$(at server nft -a list chain inet t input | sed -n 's/.* # handle //p' | tail -n 1)
expect "with the rule as its cause" "(\$drop | length >= 1) and (\$drop | all(.cause == \"the firewall said DROP: rule $handle of inet t input\" and .advice != null))"
[ "$KERNEL" = 5.10 ] || expect "the kernel says the same" '$drop[0].reason == "NETFILTER_DROP"'
refute "TCP saw it" '$path | any(.func == "tcp_v4_rcv" and .netns_name == "server" and .dport == 8080)'
done_testing
