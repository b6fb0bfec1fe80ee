# SPDX-License-Identifier: GPL-2.0-only
# timeout: 180
# Segments towards a server are handled in softirq, which no process is the cause of: they show whose the accepted connection is,
# of a server that was there before the trace and of one that came later.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-owner.sh"
pair

talk() {
	at client python3 - "$server" "$1" <<'PY'
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
for n in range(3): # the first can be there before the connection is accepted, and is the listener's then
    s.sendall(b"x" * 100)
    s.recv(1000)
PY
}

serve tcp_server 5001
before=$served
trace -H $server --proto tcp
serve tcp_server 5002
after=$served
talk 5001
talk 5002
finish

for server_of in "5001 $before" "5002 $after"; do
	read -r port pid <<<"$server_of"
	# shellcheck disable=SC2016 # $path is jq's
	taken='($path | map(select(.dport == '$port')))'
	data="($taken | map(select(.func == \"tcp_rcv_established\" and .len > 100)))"
	expect "port $port: data that its connection takes is the server's" "$data | length >= 3 and all(.owner_pid == $pid
		and .owner_comm == \"python3\" and (.owner_cmdline | test(\"tcp_server.py .* $port \")))"
	expect "port $port: the cause is no process" "$data | any(.context == \"softirq\" and .pid == null and .cmdline == null)"
	expect "port $port: the request is the listening socket's" "$taken
		| map(select(.func == \"tcp_rcv_state_process\")) | .[0].owner_pid == $pid"
done
expect "what the client sends is its own" '$path | map(select(.func == "__ip_queue_xmit" and .dport == 5001 and .context == "task"))
	| length > 0 and all(.owner_pid == .pid and .cmdline == .owner_cmdline)'
done_testing
