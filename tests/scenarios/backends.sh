# SPDX-License-Identifier: GPL-2.0-only
# timeout: 500
# kernels: 5.10 7.3
# Every backend that the kernel has gives the same path and counts that add up in a flood of two tasks that take turns on one
# processor; one that it has not is refused by name.
. "$(dirname "$0")/lib.sh"
pair
path='$path | map(select(.src == "10.77.1.1")) | map([.func, .pkt_type, .netns_name, .ifname, .len])'
few='ip_output|ip_finish_output2|__dev_queue_xmit|veth_xmit|ip_rcv|ip_local_deliver|icmp_rcv'
absent=$(comm -13 <(backends | tr ' ' '\n' | sort) <(printf '%s\n' fentry.multi kprobe kprobe.multi))

summary() { jq -s -e "last | $2" "$events" >/dev/null || fail "$1: $(tail -n 1 "$events")"; }

expected=
for backend in $(backends); do
	wanted=$backend
	[ "$backend" != fentry.multi ] || wanted="fentry.multi + kprobe.multi" # veth_xmit is a module's
	trace -H $server --proto icmp --backend "$backend" --callstack --func "$few"
	at client ping -c 1 -W 2 -q $server >/dev/null
	# As lsof does: 6.18 would panic at a link without cookies.
	cat /proc/"$tracer"/fdinfo/* >/dev/null
	finish
	summary "$backend" ".backend == \"$wanted\" and .attached == 7 and .skipped == 0"
	[[ $KERNEL = 7.* ]] || summary "$backend missed hits" '.missed == 0' # there tracepoints can be preempted, see below
	expect "$backend: seven functions, in order" '$path | map(select(.src == "10.77.1.1")) | funcs == ["ip_output",
		"ip_finish_output2", "__dev_queue_xmit", "veth_xmit", "ip_rcv", "ip_local_deliver", "icmp_rcv"]'
	expect "$backend: stacks begin in the function" '$path | all(. as $e | $e.stack[0] | startswith($e.func + "+"))'
	[ "$(ask "$path")" = "${expected:=$(ask "$path")}" ] || fail "$backend sees $(ask "$path"), the first saw $expected"
done

at client iptables-legacy -A OUTPUT -p udp --dport 9 -j DROP
for backend in $(backends); do
	trace --buffer 32M --backend "$backend" --func "$few" udp dst port 9 or udp dst port 10
	sender 100 1500 10 9 &
	first=$!
	sender 200 1500 10 9
	wait $first
	finish
	# Of 3,000 packets, half are dropped at once, and half pass six of the functions to a port that nobody listens to. What
	# the kernel skips is counted: hits of fentry.multi, and drops from 7.x on, where tracepoints can be preempted.
	summary "$backend in a flood" '.matched == .emitted + .lost and .hits >= .matched and .lost == 0 and .emitted <= 12000
		and .emitted + .missed >= 12000'
	jq -s -e '(map(select(.type == "path" or .type == "drop")) | length) == last.emitted' "$events" >/dev/null ||
		fail "$backend: not everything that was emitted is printed"
	# Beside the data: the header of UDP, of IP from input to output, of Ethernet from the qdisc on.
	expect "$backend: every event shows its own packet" '$all | all((.len - .sport + 10000) as $h | [8, 28, 42] | contains([$h]))'
	expect "$backend: every drop in a task shows the task" '$drop | map(select(.func == "nf_hook_slow"))
		| length > 1000 and all(.context == "task" and .comm == "python3")'
	[[ $backend = fentry.multi || $KERNEL = 7.* ]] || summary "$backend missed hits" '.missed == 0'
done

for backend in $absent; do
	exits 4 "$backend" --backend "$backend" -H $server
done
done_testing
