# SPDX-License-Identifier: GPL-2.0-only
# timeout: 200
# sample: 5.10 6.18 7.3
# -p of a server: the packets that its sockets get, from the socket on, and those of no other process.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-owner.sh"
pair
serve udp_server 4242
wanted=$served
serve udp_server 4243

trace -p "$wanted" udp
from_client 4242
from_client 4243
from_client 4244
finish
expect "the packet that it receives" '$path | any(.func == "__udp_enqueue_schedule_skb" and .netns_name == "server")'
expect "and no others" '$all | all(.dport == 4242 and .owner_pid == '"$wanted"')'
kill $servers

serve tcp_server 5001
wanted=$served
serve tcp_server 5002
trace -p "$wanted" tcp
for port in 5001 5002; do
	at client python3 - $server $port <<'PY'
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
for n in range(2): # the first can be there before the connection is accepted, and then is nobody's yet
    s.sendall(b"x" * 100)
    s.recv(1000)
PY
done
finish
expect "data for its connection" '$path | any(.func == "tcp_rcv_established" and .dport == 5001 and .owner_pid == '"$wanted"')'
expect "what it sends" '$path | any(.func == "__ip_queue_xmit" and .sport == 5001)'
expect "nothing of the other server" '$all | all(.sport != 5002 and .dport != 5002)'
done_testing
