# SPDX-License-Identifier: GPL-2.0-only
# timeout: 400
# kernels: 5.10 7.3
# Drops alone: shown one by one, counted in a table, folded by stack; a flood loses none of them.
. "$(dirname "$0")/lib.sh"
pair
hello() { echo hello | at client timeout 1 nc -u -w 1 "$server" "$1"; }

trace --drops --dropstack "udp port 4242"
hello 4242
at client ping -c 1 -W 1 -q $server >/dev/null
finish
expect "the drop, and no packet that passes" '($path | length == 0) and ($drop | length == 1)'
expect "with place, cause and stack" '$drop[0] | (.func == "__udp4_lib_rcv" or .func == "udp_rcv") and .dport == 4242 and .netns_name == "server"
	and .cause != null and (.stack[0] == .location) and (.stack | length > 5)'
expect "no function is hooked" '$summary | .attached == 0 and .backend == "tracepoint" and .lost == 0'
expect "its packet has a number" '$drop[0].packet_id == 1'

trace --drops -N client -i c0
hello 4242
finish
expect "of other namespaces nothing" '$drop | all(.netns_name == "client")'

ip netns exec server python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
s.bind(("10.77.1.2", 5000))
time.sleep(60)' &
owner=$!
until at server ss -lunH | grep -q ':5000 '; do sleep 0.1; done
trace --drops -p $owner
sender 1000 8 5000 5001
finish
kill $owner
# Before 6.11 the kernel does not tell for which socket it dropped a packet.
case $KERNEL in
5.10 | 6.1) ;;
*) expect "with -p those of its socket" "(\$drop | length > 0) and (\$drop | all(.owner_pid == $owner and .dport == 5000))" ;;
esac

trace --drops -c 2 udp
sender 100 6 4242
wait $tracer
tracer=
expect "-c counts them" '$drop | length == 2'

# 20,000 drops with the default buffer: shown with evidence, and counted.
trace --drops "udp port 4242"
sender 100 20000 4242
finish
# Without "expect", which reads all of them into memory.
tail -n 1 "$events" | jq -e '.hits >= 20000 and .emitted == .matched and .lost == 0 and .missed == 0' >/dev/null ||
	fail "not all are shown: $(tail -n 1 "$events")"
[ "$(grep -c '"type":"drop"' "$events")" = 20000 ] || fail "not 20000 drops"

trace drops --buffer 64K udp
sender 100 20000 4242 4243
sleep 0.2 # a row shows a packet at most a tenth of a second before its last one
hello 4244
finish
row='$all | map(select(.type == "drops"))'
expect "one row" "$row | length == 1"
expect "with every one of them" "$row[0] | .count == 20001 and (.func == \"__udp4_lib_rcv\" or .func == \"udp_rcv\") and .netns_name == \"server\" and .src == \"10.77.1.1\""
expect "and the last packet" "$row[0] | .dport == 4244"
expect "the ring had few of them" '$summary | .matched == .emitted + .counted and .emitted < 2000 and .lost == 0'
if [ "$KERNEL" = 5.10 ]; then
	expect "no reason" "$row[0] | .reason == null and .reason_code == null"
else
	expect "with its reason" "$row[0] | .reason == \"NO_SOCKET\" and .cause != null"
fi

# What has other causes has other rows, though the kernel drops it at the same place.
trace drops "tcp dst port 9"
mac=$(ip -n server -j link show s0 | jq -r '.[0].address')
for flags in 2 2 2 0x10 0x10; do
	at client python3 "$(dirname "$0")/programs/frame.py" c0 dmac="$mac" smac=02:00:00:00:00:01 src=$client dst="$server" kind=tcp dport=9 flags=$flags
done
finish
row='$all | map(select(.type == "drops" and .func == "tcp_v4_rcv"))'
expect "a row for SYNs and one for the others" "$row | map(.count) | sort == [2, 3]"
expect "with causes of their own" "$row | sort_by(.count) | (.[1].cause | startswith(\"no socket listens on TCP port 9\")) and (.[0].cause | contains(\"TCP connection here\"))"

# As text.
rm -f "$ready"
skbtrace drops --ready-file "$ready" udp >/run/table.txt 2>/run/table.err &
tracer=$!
while [ ! -s "$ready" ]; do sleep 0.1; done
sender 100 50 4242
kill -INT $tracer
wait $tracer || fail "skbtrace drops ended with $?"
grep -qE '^ +50 +[0-9.]+ +[0-9.]+s +(__udp4_lib_rcv|udp_rcv)\+0x[0-9a-f]+ .* server +s0 +10\.77\.1\.1:10100 > 10\.77\.1\.2:4242 UDP' /run/table.txt ||
	fail "no row in: $(cat /run/table.txt)"
grep -q '^50 drops, 0 lost$' /run/table.err || fail "no sum in: $(cat /run/table.err)"

rm -f "$ready"
skbtrace --folded --ready-file "$ready" udp >/run/folded.txt 2>/run/folded.err &
tracer=$!
while [ ! -s "$ready" ]; do sleep 0.1; done
sender 100 3000 4242
kill -INT $tracer
wait $tracer || fail "skbtrace --folded ended with $?"
grep -qE '^[^; ]+;.*;(udp_sendmsg|net_rx_action|process_backlog);.*;(__udp4_lib_rcv|udp_rcv);(NO_SOCKET|-) [0-9]+$' /run/folded.txt ||
	fail "no stack in: $(cat /run/folded.txt)"
[ "$(awk '{ n += $NF } END { print n }' /run/folded.txt)" = 3000 ] || fail "not 3000 in: $(cat /run/folded.txt)"

exits 2 "--drops traces none" --drops --route
exits 2 "give --drops too" --summary
done_testing
