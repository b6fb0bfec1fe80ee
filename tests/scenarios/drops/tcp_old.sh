# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Data that the receiver has already.
# where: tcp_data_queue|tcp_rcv_established|tcp_validate_incoming|tcp_drop|tcp_drop_reason
# reason: TCP_OLD_DATA|TCP_OLD_SEQUENCE
# cause: already
# kernels: 6.1 6.12 6.18 7.3
# why: before 5.18 TCP frees it by __kfree_skb, which nothing tells of
prepare() {
	pair
	serve b drop_sockets.py reads "$b" 9
}
send() { at a python3 "$programs/tcp_again.py" a0 "$b" 9 0; }
