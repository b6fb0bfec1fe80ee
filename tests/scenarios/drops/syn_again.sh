# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A SYN that comes again, as the answer did not arrive.
# where: tcp_v4_rcv
# reason: NOT_SPECIFIED|TCP_.*
# cause 5.10: is being made and has its answer
# cause 6.1: it repeats a SYN that was answered already, a connection
# cause: it repeats a SYN that was answered already: the SYN-ACK
# also: ip_error
prepare() {
	pair
	serve b drop_sockets.py reads "$b" 9
}
send() {
	# The answers, which are repeated, end in ip_error there, and no RST comes back.
	in_ns a <<<"addr del $a/24 dev a0"
	frame a a0 kind=tcp src="$a" dst="$b"
	frame a a0 kind=tcp src="$a" dst="$b"
}
