# SPDX-License-Identifier: GPL-2.0-only
# timeout: 400
# kernels: 7.3
# Programs of fentry and of tracepoints can be preempted: tasks that take turns on one processor, in the middle of both, must not
# mix up what the programs keep for that processor. If they do, its slots are used up, and all is lost as "nested".
. "$(dirname "$0")/lib.sh"
pair
at client iptables-legacy -A OUTPUT -p udp -j DROP

trace --buffer 64M --backend fentry.multi --callstack --func '__ip_local_out|ip_output|nf_hook_slow' udp
senders=
for size in 100 200 300 400; do
	sender $size 1500 9 &
	senders="$senders $!"
done
# shellcheck disable=SC2086 # several words
wait $senders
finish
jq -s -e 'last | .matched == .emitted + .lost and .lost == 0 and .emitted > 1000' "$events" >/dev/null || fail "$(tail -n 1 "$events")"
expect "every event shows its own packet" '$all | all(.len - .sport + 10000 == 28)'
done_testing
