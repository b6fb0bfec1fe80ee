# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# kernels: 5.10 6.12 7.3
# Every hit is accounted for, whatever the backend: with room for all, with too little, and with packets left out on purpose.
# 6.1 attaches as 5.10 does, and 6.18 as 6.12.
. "$(dirname "$0")/lib.sh"
pair
few='ip_output|ip_finish_output2|__dev_queue_xmit|veth_xmit|ip_rcv|ip_local_deliver'

# flood N: as many packets to port 9, which the filters below are about, and as many to port 10.
flood() {
	at client python3 - "$1" <<'PY'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(int(sys.argv[1])):
    for port in (9, 10):
        try:
            s.sendto(b"x" * 64, ("10.77.1.2", port))
        except ConnectionRefusedError:
            pass
PY
}

# adds_up WHAT JQ: of the summary, beside the identity. Each event that was emitted is a line.
adds_up() {
	jq -s -e "last | .matched == .emitted + .not_sampled + .lost and .lost == .lost_by.ring + .lost_by.nested
		and .hits > .matched and .emitted > 0 and $2" "$events" >/dev/null || fail "$1: $(tail -n 1 "$events")"
	jq -s -e '(map(select(.type == "path" or .type == "drop")) | length) == last.emitted' "$events" >/dev/null ||
		fail "$1: $(grep -vc '"type":"summary"' "$events") lines, $(tail -n 1 "$events")"
}

for backend in $(backends); do
	trace --backend "$backend" --func "$few" udp dst port 9
	flood 500
	finish
	# Six functions and the drop.
	adds_up "$backend, the default buffer" '.lost == 0 and .not_sampled == 0 and .emitted + .missed >= 3500'

	trace --backend "$backend" --func "$few" --buffer 64K --sample 1/2 udp dst port 9
	kill -STOP "$tracer" # else a fast machine reads as fast as this one sends
	flood 200
	kill -CONT "$tracer"
	flood 200
	finish
	adds_up "$backend, a small buffer and half of the packets" '.lost_by.ring > 100 and .not_sampled > 500'
	jq -s -e 'last.lost as $all | map(select(.type == "lost").lost) | length > 0 and . == sort and last <= $all
		and . == unique' "$events" >/dev/null || fail "$backend: losses as told while it ran: $(grep '"lost"' "$events")"
done
done_testing
