# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Through a router with NAT, TCP and UDP.
prepare() {
	routed
	patient default via "10.$n.1.254"
	at r nft 'add table ip t; add chain ip t post { type nat hook postrouting priority 100; }; add rule ip t post oifname rb masquerade'
	serve b drop_sockets.py reads "$far" 7
	serve b udp_echo.py "$far" 53
}
send() { at a bash -c "head -c 100000 /dev/zero >/dev/tcp/$far/7" && at a python3 -I -S "$programs/udp_ask.py" "$far" 53 20 5; }
