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
send() { at a python3 -I -S "$programs/overflow.py" "$b" 9 a0; }
