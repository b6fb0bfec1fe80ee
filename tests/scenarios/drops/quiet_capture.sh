# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Packet sockets that read slowly or not at all: their copies are lost, the packets are not.
prepare() {
	pair
	serve b udp_echo.py "$b" 53
	serve b drop_sockets.py capture b0 0
}
send() {
	at b tcpdump -i b0 -c 5 -w /dev/null &
	sleep 1
	at a python3 -I -S "$programs/udp_ask.py" "$b" 53 200 5
} 2>/dev/null
