# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# Every backend that the kernel has gives the same path; one that it has not is refused by name.
. "$(dirname "$0")/lib.sh"
pair
path='$path | map(select(.src == "10.77.1.1")) | map([.func, .pkt_type, .netns_name, .ifname, .len])'
few='ip_output|ip_finish_output2|__dev_queue_xmit|ip_rcv|ip_local_deliver|icmp_rcv'

trace -H $server --proto icmp --backend kprobe --func "$few"
at client ping -c 1 -W 2 -q $server >/dev/null
finish
single=$(ask "$path")
jq -s -e 'last | .backend == "kprobe" and .attached == 6 and .skipped == 0' "$events" >/dev/null || fail "summary: $(tail -n 1 "$events")"
expect "six functions, in order" '$path | map(select(.src == "10.77.1.1")) | funcs == ["ip_output", "ip_finish_output2",
	"__dev_queue_xmit", "ip_rcv", "ip_local_deliver", "icmp_rcv"]'

case $KERNEL in
5.10 | 6.1)
	exits 4 "kprobe.multi" --backend kprobe.multi -H $server
	;;
*)
	trace -H $server --proto icmp --backend kprobe.multi --func "$few"
	at client ping -c 1 -W 2 -q $server >/dev/null
	finish
	[ "$(ask "$path")" = "$single" ] || fail "kprobe.multi sees $(ask "$path"), kprobe saw $single"
	jq -s -e 'last | .backend == "kprobe.multi"' "$events" >/dev/null || fail "summary: $(tail -n 1 "$events")"
	;;
esac
done_testing
