# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# IPv6: -H with a v6 address, the path in order, a closed port's drop, ip6tables.
. "$(dirname "$0")/lib.sh"
pair
trace -H fd77::2 --dropstack
at client ping -c 1 -W 2 -q fd77::2 >/dev/null
echo x | at client nc -u -w 1 fd77::2 7777
finish

expect "the request passes the stack in order" '$path | map(select(.dst == "fd77::2" and .proto == "ICMP6")) | funcs | subsequence([
	"ip6_output", "ip6_finish_output2", "__dev_queue_xmit", "dev_hard_start_xmit", "ipv6_rcv", "ip6_input", "icmpv6_rcv"])'
expect "addresses are IPv6" '$all | map(select(.proto == "UDP")) | length > 3 and all(.src == "fd77::1" and .dst == "fd77::2" and .dport == 7777)'
expect "UDP to a closed port is dropped by UDP" '$drop | map(select(.proto == "UDP")) | length == 1
	and (.[0].func | . == "__udp6_lib_rcv" or . == "udpv6_rcv") and .[0].netns_name == "server" and (.[0].cause | length > 10)'
[ "$KERNEL" = 5.10 ] || expect "the kernel says why" '$drop | map(select(.proto == "UDP")) | .[0].reason == "NO_SOCKET"'

[ $failures = 0 ] || done_testing
at server ip6tables-legacy -A INPUT -p icmpv6 --icmpv6-type echo-request -j DROP || die "no ip6tables"
trace -H fd77::2 --proto icmp6 --dropstack
at client ping -c 1 -W 1 -q fd77::2 >/dev/null
finish
expect "ip6tables dropped the ping" '$drop | length == 1 and .[0].func == "nf_hook_slow" and .[0].proto == "ICMP6"'
done_testing
