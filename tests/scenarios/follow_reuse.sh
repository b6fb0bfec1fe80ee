# SPDX-License-Identifier: GPL-2.0-only
# timeout: 900
# kernels: 5.10 7.3
# The kernel uses the addresses of skbs again at once. 200,000 packets, of which every other one matches; the source port and the size
# say which packet it is: no number is ever shared by two of them, and none of them has two.
. "$(dirname "$0")/lib.sh"
pair
# Now and then what is in the sockets is read; the rest is dropped, as they are full.
at server python3 - <<'PY' &
import socket, time
socks = []
for port in (1001, 1002):
    socks.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    socks[-1].bind(("", port))
    socks[-1].settimeout(0)
while True:
    time.sleep(0.2)
    for s in socks:
        try:
            while True:
                s.recv(1000)
        except BlockingIOError:
            pass
PY
sleep 1
trace --func 'ip_finish_output2|ip_rcv' --buffer 64M udp dst port 1001
at client python3 - $server <<'PY'
import socket, sys
data = memoryview(bytes(1000))
for sock in range(100):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("10.77.1.1", 10000 + sock))
    for size in range(1000):
        s.sendto(data[:size], (sys.argv[1], 1001))
        s.sendto(data[:size], (sys.argv[1], 1002))
PY
sleep 1
kill -INT "$tracer"
wait "$tracer" || fail "skbtrace ended with $?: $(cat "$errors")"
# awk and not jq (nor finish(), which uses it): there is no memory here for all of that at once.
figures=$(awk '
	function value(key) { return match($0, "\"" key "\":[0-9]+") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) : "" }
	/"type":"path"/ {
		id = value("packet_id"); packet = value("sport") "/" value("len"); n++
		foreign += value("dport") != 1001
		shared += id in packet_of && packet_of[id] != packet
		split_up += packet in id_of && id_of[packet] != id
		packet_of[id] = packet; id_of[packet] = id
	}
	END { print n + 0, foreign + 0, shared + 0, split_up + 0 }' "$events")
read -r n foreign shared split_up <<<"$figures"
echo "$n events, $shared with the number of another packet, $split_up with a second number: $(tail -n 1 "$events")"
[ "$n" -gt 150000 ] || fail "only $n events"
[ "$foreign" = 0 ] || fail "$foreign events of the other flow"
[ "$shared" = 0 ] || fail "$shared events have the number of another packet"
[ "$split_up" = 0 ] || fail "$split_up packets have two numbers"
: >"$events"
done_testing
