# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# kernels: 5.10 7.3
# However it ends, no probe stays: Ctrl-C, a second trace beside it, kill -9, Ctrl-C while attaching.
. "$(dirname "$0")/lib.sh"
pair
kprobes() { grep -c . /sys/kernel/debug/kprobes/list; }
programs() { bpftool prog show | grep -cE 'name (call_|drop|consume)'; }
clean() {
	for _ in $(seq 1800); do
		[ "$(programs)" = 0 ] && [ "$(kprobes)" = "$kprobes_before" ] && return
		sleep 0.1
	done
	fail "$1: left behind: $(programs) programs, $(kprobes) kprobes (before: $kprobes_before)"
}
# What the scenario before has left to its child.
for _ in $(seq 1800); do
	[ "$(programs)" != 0 ] || break
	sleep 0.1
done
sleep 1
kprobes_before=$(kprobes)
few='ip_rcv|ip_output|ip_finish_output|icmp_rcv'

trace -H $server --func "$few"
[ "$(programs)" -ge 3 ] || fail "no program is loaded while tracing: this test sees nothing"
[ "$KERNEL" != 5.10 ] || [ "$(kprobes)" -gt "$kprobes_before" ] || fail "no kprobe while tracing on 5.10"
finish
clean "Ctrl-C"

trace -H $server --func "$few"
kill -9 "$tracer"
wait "$tracer" 2>/dev/null
clean "kill -9"

# All hooks, which a child detaches.
trace -H $server
finish
clean "Ctrl-C with all hooks"

# The output is closed when skbtrace has ended, although probes may still be detached behind it.
case $KERNEL in
5.10 | 6.1) backends="kprobe" ;;
6.*) backends="kprobe kprobe.multi" ;;
*) backends="kprobe kprobe.multi fentry.multi" ;;
esac
for backend in $backends; do
	for delay in 0.5 1.5 2.5; do
		{
			skbtrace --json --backend "$backend" -H $server 2>"$errors" &
			tracer=$!
			sleep $delay
			kill -INT "$tracer"
			wait "$tracer"
			echo $? >/run/status
		} | cat >"$events"
		status=$(cat /run/status)
		# Earlier than skbtrace can catch signals, a signal just kills.
		[ "$status" = 0 ] || [ "$status" = 130 ] || fail "Ctrl-C after $delay s exits with $status: $(cat "$errors")"
		[ "$status" = 130 ] || jq -e -s 'last.type == "summary"' "$events" >/dev/null || fail "Ctrl-C after $delay s: no summary"
		clean "Ctrl-C after $delay s, $backend"
	done
done
done_testing
