# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A SYN that comes again, as the answer did not arrive.
# where: tcp_v4_rcv
# reason: NOT_SPECIFIED|TCP_.*
# cause: (repeats a SYN that was answered already|is being made and has its answer)
# also: ip_error
prepare() {
	pair
	serve b drop_sockets.py reads "$b" 9
}
send() {
	in_ns a <<<"addr del $a/24 dev a0" # the answers end in ip_error there, and no RST comes back
	frame a a0 kind=tcp src="$a" dst="$b"
	frame a a0 kind=tcp src="$a" dst="$b"
	in_ns a <<<"addr add $a/24 dev a0"
}
