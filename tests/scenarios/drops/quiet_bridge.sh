# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A bridge under load: 5,000 datagrams.
prepare() {
	bridged
	serve b udp_echo.py "$b" 53
}
send() { at a python3 -I -S "$programs/udp_ask.py" "$b" 53 5000 20; }
