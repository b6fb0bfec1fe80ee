# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# TCP connections: opened, 200 KB sent, closed, both families.
prepare() {
	pair
	patient "10.$n.1.0/24" dev a0
	patient "fd77:$n:1::/64" dev a0 metric 256
	serve b drop_sockets.py reads "$b" 7
	serve b drop_sockets.py reads "$b6" 7
}
send() {
	local to
	for to in "$b" "$b6"; do
		at a bash -c "head -c 200000 /dev/zero >/dev/tcp/$to/7" || return
	done
}
