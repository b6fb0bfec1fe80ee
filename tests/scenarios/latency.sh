# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# kernels: 5.10 6.12 7.3
# sample: 5.10 7.3
# --min-latency shows only packets that were held up, whole, and the table of hops says where: in a queue that delays by a second.
# Half a second is asked for: what no packet takes that is not held up, even on a machine that emulates.
. "$(dirname "$0")/lib.sh"
router
at router tc qdisc add dev r1 root netem delay 1s || die "no netem"
trace --min-latency 500ms --proto icmp
at client ping -c 3 -i 0.2 -W 5 -q 10.77.1.254 >/dev/null || fail "no ping to the router"
at client ping -c 3 -i 0.2 -W 5 -q $server >/dev/null || fail "no ping to the server"
finish

# Delayed are the requests only: replies leave by r0.
expect "only packets that went through the queue are shown" '$all | length > 0 and all(.dst == "10.77.8.131")'
expect "all three of them" '$path | map(.packet_id) | unique | length == 3'
expect "whole" '$path | group_by(.packet_id) | all(funcs | subsequence(["ip_output", "ip_rcv", "ip_forward", "ip_output", "ip_rcv", "icmp_rcv"]))'
expect "in order of time" '$path | group_by(.packet_id) | all(map(.total_ns) | . == sort)'
expect "the others are counted" '$summary.below_min_latency >= 6'
expect "the queue has the largest share" '$summary.hops[0]
	| (.from | test("^(dev_qdisc_enqueue|__dev_queue_xmit)$")) and .count == 3 and .permille > 500'
expect "of a second each" '$summary.hops[0] | .p50_ns >= 900000000 and .max_ns >= .p99_ns and .sum_ns >= 2700000000'
expect "shares add up" '$summary.hops | map(.permille) | add | . > 980 and . < 1020'

trace -H $server --proto icmp
at client ping -c 1 -W 5 -q $server >/dev/null
finish
expect "without being asked for there is no table" '$summary.hops == null'
done_testing
