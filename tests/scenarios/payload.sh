# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
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
done_testing
