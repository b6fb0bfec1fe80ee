# SPDX-License-Identifier: GPL-2.0-only
# timeout: 180
# A legacy iptables rule on the router drops a forwarded UDP packet: seen where, why, with the stack.
. "$(dirname "$0")/lib.sh"
router
at router iptables-legacy -A FORWARD -p udp --dport 4242 -j DROP || die "no iptables"
trace -H $server --dropstack
echo hello | at client nc -u -w 1 $server 4242
finish

expect "one drop" '$drop | length == 1'
expect "in the router, on the way in" '$drop[0] | .netns_name == "router" and .ifname == "r0" and .pkt_type == "HOST"'
expect "by the firewall" '$drop[0] | .func == "nf_hook_slow" and (.location | startswith("nf_hook_slow+0x"))'
expect "with the packet" '$drop[0] | .proto == "UDP" and .src == "10.77.1.1" and .dst == "10.77.8.131" and .dport == 4242'
# With --dropstack 5.10 has no verdicts, as probes of returns would cut the stacks there.
case $KERNEL in
5.10) expect "and a cause in words" '$drop[0].cause | startswith("a netfilter hook said DROP")' ;;
*) expect "and the table as its cause" '$drop[0].cause == "the firewall said DROP: a rule or the policy of FORWARD of table filter"' ;;
esac
expect "its stack leads from the firewall to the driver" '$drop[0].stack
	| (.[0] | startswith("nf_hook_slow+0x")) and any(startswith("ip_forward+0x")) and any(startswith("process_backlog+0x"))'
expect "the same packet was forwarded before" '$drop[0].packet_id as $id
	| $path | map(select(.packet_id == $id)) | funcs | subsequence(["ip_output", "ip_rcv", "ip_forward"])'
refute "it reached the server" '$all | any(.netns_name == "server" and .proto == "UDP")'
if [ "$KERNEL" = 5.10 ]; then
	expect "this kernel has no reasons" '$drop[0].reason == null'
else
	expect "the kernel says the same" '$drop[0].reason == "NETFILTER_DROP"'
fi
done_testing
