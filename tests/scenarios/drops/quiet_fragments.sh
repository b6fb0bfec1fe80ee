# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Datagrams that travel as fragments, both families, through a router whose connection tracking puts them together on the way.
prepare() {
	routed
	at r nft 'add table inet t; add chain inet t f { type filter hook forward priority 0; }; add rule inet t f ct state invalid drop'
	serve b udp_echo.py "$far" 53
	serve b udp_echo.py "$far6" 53
}
send() {
	for address in "$far" "$far6"; do
		at a python3 -I -S "$programs/udp_ask.py" "$address" 53 5 1 5000 || return
		at a ping -q -c 3 -i 0.2 -s 4000 "$address" || return
	done
} >/dev/null
