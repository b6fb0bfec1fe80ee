# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Two connections are made at one time while two wait for accept() and one more may.
# where: tcp_v4_rcv|tcp_v4_syn_recv_sock|tcp_v4_do_rcv|tcp_rcv_state_process
# reason: TCP_LISTEN_OVERFLOW|NOT_SPECIFIED
# reason 7.3 6.18: TCP_LISTEN_OVERFLOW
# also: tcp_validate_incoming|tcp_data_queue|tcp_v4_rcv
# also 5.10: tcp_validate_incoming|tcp_data_queue
# cause: accept queue .* full
# evidence: connection: |listeners: 
prepare() {
	pair
	set_sysctl b net.ipv4.tcp_syncookies=0
	serve b drop_sockets.py overflow "$b" 9
}
send() {
	# Once the queue is full, further connections would be tried for minutes.
	at a timeout 10 bash -c "exec 3<>/dev/tcp/$b/9 4<>/dev/tcp/$b/9
		tc qdisc add dev a0 root netem delay 200ms
		for i in 1 2; do { exec 5<>/dev/tcp/$b/9 && sleep 1; } & done; wait"
}
