# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# kernels: 6.12
# --duration and -c end a run in order, by themselves, under traffic and without. All of it happens in user space.
. "$(dirname "$0")/lib.sh"
pair
few='ip_output|ip_rcv'

# over: waits for the end of the trace, which nobody stops.
over() {
	local status
	for _ in $(seq 1800); do
		kill -0 "$tracer" 2>/dev/null || break
		sleep 0.1
	done
	kill -0 "$tracer" 2>/dev/null && die "$1 does not end: $(cat "$errors")"
	wait "$tracer"
	status=$?
	[ $status = 0 ] || fail "$1 ends with $status: $(cat "$errors")"
	jq -s -e 'last | .type == "summary" and .matched == .emitted + .not_sampled + .lost' "$events" >/dev/null ||
		fail "$1: $(tail -n 1 "$events")"
}

trace --duration 300ms --func "$few"
over "a quiet run"

at client ping -i 0.01 -W 1 -q $server >/dev/null &
pinger=$!
trace --duration 3 --func "$few" icmp
over "--duration"
# Nobody else stops it, so that a run of a third of the time would show.
expect "it lasts three seconds" '$all | last.ts - .[0].ts > 2000000000'
expect "to the end" '$summary.ts - $all[0].ts < 30000000000'

trace -c 5 --func "$few" icmp
over "-c"
expect "five events" '$all | length == 5'
kill $pinger
wait $pinger
done_testing
