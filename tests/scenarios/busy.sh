# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# kernels: 5.10 7.3
# A flood: hits add up exactly, losses are told while they happen, Ctrl-C ends the trace although the flood goes on.
. "$(dirname "$0")/lib.sh"
pair
flood() {
	ip netns exec client python3 - "$1" <<'PY' &
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end = time.time() + float(sys.argv[1])
while time.time() < end:
    for _ in range(100):
        s.sendto(b"x" * 64, ("10.77.1.2", 9))
PY
	flooder=$!
}

# The reader sleeps on a pipe nobody reads, so that the smallest buffer has to overflow.
rm -f /run/pipe "$ready"
mkfifo /run/pipe
exec 7<>/run/pipe
skbtrace --json --buffer 64K --ready-file "$ready" udp port 9 >/run/pipe 2>"$errors" &
tracer=$!
while [ ! -e "$ready" ]; do
	kill -0 $tracer || die "$(cat "$errors")"
	sleep 0.1
done
flood 3
wait $flooder
kill -INT $tracer
cat <&7 >"$events" &
copier=$!
wait $tracer || fail "exit $?: $(cat "$errors")"
sleep 0.5
kill $copier
wait $copier 2>/dev/null
exec 7>&-
jq -e -s 'last | .type == "summary" and .lost_by.ring > 0 and .lost == .lost_by.ring + .lost_by.nested
	and .matched == .emitted + .lost and .hits > .matched' "$events" >/dev/null || fail "the numbers: $(tail -n 1 "$events")"
jq -e -s '(map(select(.type == "path" or .type == "drop")) | length) == last.emitted' "$events" >/dev/null ||
	fail "not everything that was emitted is printed: $(grep -c . "$events") lines, $(tail -n 1 "$events")"

# One Ctrl-C is enough while packets keep coming.
flood 60
trace udp port 9
sleep 2
kill -INT "$tracer"
for _ in $(seq 1800); do
	kill -0 "$tracer" 2>/dev/null || break
	sleep 0.1
done
kill -0 $flooder || fail "the flood was over before the trace: this test shows nothing"
kill -0 "$tracer" 2>/dev/null && fail "the trace does not stop"
kill $flooder
wait "$tracer"
# Hundreds of megabytes, which jq -s would hold in memory.
tail -n 1 "$events" | jq -e '.type == "summary" and .matched == .emitted + .lost' >/dev/null || fail "the numbers: $(tail -n 1 "$events")"
events=/run/none
done_testing
