# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A SYN, with an old sequence number, while a connection with the same ports is in TIME_WAIT.
# where: tcp_v4_rcv
# reason: NOT_SPECIFIED|TCP_.*
# cause 5.10 6.1: TIME_WAIT
# cause: ^a connection with the same addresses and ports is still in TIME_WAIT
# also: ip_error
prepare() {
	pair
	serve b drop_sockets.py closes "$b" 9
}
send() {
	local seq
	seq=$(at a python3 -I -S "$programs/closed_connection.py" "$a" 5000 "$b" 9)
	in_ns a <<<"addr del $a/24 dev a0" # the answer ends in ip_error there, and no RST comes back
	frame a a0 kind=tcp src="$a" dst="$b" seq=$((seq - 1000))
	in_ns a <<<"addr add $a/24 dev a0"
}
