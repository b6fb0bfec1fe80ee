# SPDX-License-Identifier: GPL-2.0-only
# timeout: 200
# kernels: 7.3
# Programs of fentry and of tracepoints can be preempted: tasks that take turns on one processor, in the middle of both, must not
# mix up what the programs keep for that processor. If they do, its slots are used up, and all is lost as "nested".
. "$(dirname "$0")/lib.sh"
pair
at client iptables-legacy -A OUTPUT -p udp -j DROP

# sender SIZE: nothing is ever sent, all happens in the context of the task.
sender() {
	taskset -c 0 ip netns exec client python3 - "$1" <<'PY'
import socket, sys
size = int(sys.argv[1])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.77.1.1", 10000 + size))
for n in range(4000):
    try:
        s.sendto(bytes(size), ("10.77.1.2", 9))
    except PermissionError:
        pass
PY
}

trace --buffer 64M --backend fentry.multi --callstack --func '__ip_local_out|ip_output|nf_hook_slow' udp
senders=
for size in 100 200 300 400; do
	sender $size &
	senders="$senders $!"
done
# shellcheck disable=SC2086 # several words
wait $senders
finish
jq -s -e 'last | .matched == .emitted + .lost and .lost == 0 and .emitted > 1000' "$events" >/dev/null || fail "$(tail -n 1 "$events")"
expect "every event shows its own packet" '$all | all(.len - .sport + 10000 == 28)'
done_testing
