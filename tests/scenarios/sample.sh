# SPDX-License-Identifier: GPL-2.0-only
# timeout: 200
# kernels: 5.10 7.3
# --sample and --rate choose packets, not events. The oldest kernel and the newest: what lies between runs the same code.
. "$(dirname "$0")/lib.sh"
pair
few='ip_output|ip_finish_output2|__dev_queue_xmit|ip_rcv|ip_local_deliver'

# send N PAUSE: packets, in seconds between two; prints the seconds that it took.
send() {
	at client python3 - "$1" "$2" <<'PY'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
begin = time.monotonic()
for n in range(int(sys.argv[1])):
    try:
        s.sendto(b"x" * 64, ("10.77.1.2", 9))
    except ConnectionRefusedError:
        pass
    time.sleep(float(sys.argv[2]))
print(time.monotonic() - begin)
PY
}

# Of each packet: the type and place of its events in order, and which of them has a previous one.
ways='$all | group_by(.packet_id) | map(map([.type, .func, .delta_ns != null]))'

trace --func "$few" udp dst port 9
send 20 0 >/dev/null
finish
expect "all packets go one way" "$ways | length == 20 and (unique | length) == 1 and (.[0] | length) >= 6"
way=$(ask "$ways | .[0] | tostring")

# Of 400 coins with one side in four, 50 to 150 show it but once in a hundred million times.
trace --func "$few" --sample 1/4 udp dst port 9
send 400 0 >/dev/null
finish
expect "a quarter of the packets" "$ways | length >= 50 and length <= 150"
expect "each of them whole" "$ways | all(. == $way)"
expect "the other packets are counted" "($ways | length) as \$n | \$summary.not_sampled == (400 - \$n) * ($way | length)"

trace --func "$few" --sample 1/1 udp dst port 9
send 20 0 >/dev/null
finish
expect "1/1 is all" "$ways | length == 20 and all(. == $way)"

# In a second, 20 packets, and a tenth of a second's worth at once.
trace --func "$few" --rate 20 udp dst port 9
seconds=$(send 600 0.004)
finish
expect "20 packets a second" "$ways | length <= 20 * $seconds + 3 and length >= 20 * $seconds * 0.8"
expect "each of them whole, with a rate" "$ways | all(. == $way)"
expect "the sum, with a rate" '$summary | .matched == .emitted + .not_sampled + .lost and .lost == 0 and .not_sampled > 1000'
done_testing
