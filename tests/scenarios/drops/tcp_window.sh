# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A sequence number far beyond the receiver's window.
# where: tcp_validate_incoming|tcp_rcv_established|tcp_drop|tcp_drop_reason
# reason: TCP_INVALID_SEQUENCE|TCP_INVALID_END_SEQUENCE
# cause: window|sequence
# kernels: 6.1 6.12 6.18 7.3
# why: before 5.18 TCP frees it by __kfree_skb, which nothing tells of
prepare() {
	pair
	serve b drop_sockets.py reads "$b" 9
}
send() { at a python3 "$programs/tcp_again.py" a0 "$b" 9 1000000000; }
