# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Data for a TCP connection that the program has closed.
# where: tcp_v4_rcv|tcp_rcv_state_process|tcp_v4_do_rcv
# reason: TCP_ABORT_ON_DATA|TCP_CLOSE|NOT_SPECIFIED|NO_SOCKET
# cause: clos
prepare() {
	pair
	serve b drop_sockets.py closes "$b" 9
}
send() { at a bash -c "exec 3<>/dev/tcp/$b/9; cat <&3; echo data >&3; sleep 0.2"; }
