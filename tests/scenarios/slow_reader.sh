# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# kernels: 6.12
# A tool that does not get to run for ten seconds loses events, and says how many. On one kernel: the ring is the same on all.
. "$(dirname "$0")/lib.sh"
pair
text=/run/events.txt
rm -f "$ready"
skbtrace --buffer 64K --func 'ip_output|ip_rcv' --ready-file "$ready" udp dst port 9 >$text 2>"$errors" &
tracer=$!
for _ in $(seq 1800); do
	[ ! -e "$ready" ] || break
	kill -0 $tracer || die "$(cat "$errors")"
	sleep 0.1
done

# Three events each: ip_output, ip_rcv, the drop; the ring holds the events of less than a hundred.
send() {
	at client python3 - "$1" <<'PY'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(int(sys.argv[1])):
    try:
        s.sendto(b"x" * 64, ("10.77.1.2", 9))
    except ConnectionRefusedError:
        pass
    time.sleep(0.01)
PY
}

kill -STOP $tracer
send 500 &
sender=$!
sleep 10
wait $sender
kill -CONT $tracer
for _ in $(seq 1800); do
	grep -q '^lost' "$errors" && break
	sleep 0.1
done
before=$(grep -c '^[0-9].* UDP ' $text)
send 20
sleep 0.5
kill -INT $tracer
for _ in $(seq 1800); do
	kill -0 $tracer 2>/dev/null || break
	sleep 0.1
done
kill -0 $tracer 2>/dev/null && fail "it hangs"
wait $tracer || fail "exit $?: $(cat "$errors")"

told=$(sed -n 's/^lost \([0-9]*\) events so far: \1 buffer full, 0 nested$/\1/p' "$errors" | tail -n 1)
lost=$(sed -n 's/^[0-9]* packets, [0-9]* events, [0-9]* drops, \([0-9]*\) lost$/\1/p' "$errors")
shown=$(grep -c '^[0-9].* UDP ' $text)
[ "${told:-0}" -gt 1000 ] || fail "losses are not told while it runs: $told"
[ "$told" = "$lost" ] || fail "told $told lost events, in the end $lost"
[ $((shown + lost)) = 1560 ] || fail "of 520 packets with three events each $shown were shown and $lost lost"
[ $((shown - before)) = 60 ] || fail "not everything is shown after the pause: $before and then $shown"
events=/run/none
done_testing
