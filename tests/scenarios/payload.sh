# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# kernels: 5.10 6.12 7.3
# sample: 5.10 7.3
# The payload of local TCP lies in page fragments: a test of its bytes finds an HTTP GET on lo, and nothing else.
. "$(dirname "$0")/lib.sh"
namespace host
at host python3 -c '
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 8099))
s.listen(5)
while True:
    c, _ = s.accept()
    c.recv(100)
    c.send(b"HTTP/1.0 200 OK\r\n\r\nhello")
    c.close()' &
server=$!
trace 'tcp[((tcp[12:1]&0xf0)>>2):4]=0x47455420' --func 'ip_output|dev_hard_start_xmit|ip_rcv|tcp_v4_rcv'
for request in GET POST; do
	at host python3 -c '
import socket, sys
c = socket.create_connection(("127.0.0.1", 8099))
c.send((sys.argv[1] + " /hello HTTP/1.0\r\n\r\n").encode())
c.recv(100)' $request || die "no answer"
done
finish
kill $server
expect "one packet, at each of the four functions" '$path | map(.packet_id) | unique | length == 1'
expect "in order" '$path | funcs == ["ip_output", "dev_hard_start_xmit", "ip_rcv", "tcp_v4_rcv"]'
expect "to the server" '$path | all(.dport == 8099)'

# Data in four page fragments (UDP on 6.1: the first of them linear), 40 bytes each, behind linear headers. Packet N (0 to 3, its source port is 9000 + N) has the
# four bytes asked for at the beginning of piece N; in packet 4 they lie half in one piece and half in the next; packet 5
# has them where nobody asks. --where keeps this a test of fragments: the kernel has not copied the data.
pair
at client python3 "$(dirname "$0")/programs/pieces.py" listen 127.0.0.1 &
listeners=($!)
at server python3 "$(dirname "$0")/programs/pieces.py" listen $server &
listeners+=($!)
asked=()
for offset in 0 38 40 80 120; do
	asked+=(or "udp[8 + $offset:4] = 0x4d41524b" or "tcp[((tcp[12] & 0xf0) >> 2) + $offset:4] = 0x4d41524b")
done
trace --where 'skb->data_len >= 120' --func 'dev_hard_start_xmit|ip_rcv' "port 8098 and (${asked[*]:1})"
for address in 127.0.0.1 $server; do
	at client python3 "$(dirname "$0")/programs/pieces.py" send "$address" || die "cannot send to $address"
done
finish
kill "${listeners[@]}"
for protocol in UDP TCP; do
	for at in lo c0 s0; do
		for packet in 0 1 2 3 4; do
			expect "$protocol packet $packet at $at" '$path | any(.ifname == "'$at'" and .proto == "'$protocol'" and .sport == '$((9000 + packet))')'
		done
	done
done
refute "the packet without them" '$path | any(.sport == 9005)'
done_testing
