# SPDX-License-Identifier: GPL-2.0-only
# timeout: 600
# The kernel uses the addresses of skbs again at once. 200,000 packets, of which every other one matches; the source port and the size
# say which packet it is: no number is ever shared by two of them, and none of them has two.
. "$(dirname "$0")/lib.sh"
pair
at server socat -u UDP-RECV:1001 /dev/null & # one flow is read, or dropped where the socket is full; the other one is refused
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
finish
figures=$(jq -r 'select(.type == "path") | [.packet_id, "\(.sport)/\(.len)", .dport] | @tsv' "$events" | awk '
	$3 != 1001 { foreign++ }
	$1 in packet && packet[$1] != $2 { shared++ }
	$2 in id && id[$2] != $1 { split_up++ }
	{ packet[$1] = $2; id[$2] = $1; n++ }
	END { print n + 0, foreign + 0, shared + 0, split_up + 0 }')
read -r n foreign shared split_up <<<"$figures"
echo "$n events, $shared with the number of another packet, $split_up with a second number: $(tail -n 1 "$events")"
[ "$n" -gt 150000 ] || fail "only $n events"
[ "$foreign" = 0 ] || fail "$foreign events of the other flow"
[ "$shared" = 0 ] || fail "$shared events have the number of another packet"
[ "$split_up" = 0 ] || fail "$split_up packets have two numbers"
: >"$events"
done_testing
