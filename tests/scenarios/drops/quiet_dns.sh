# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Small UDP requests and their answers, both families.
prepare() {
	pair
	serve b udp_echo.py "$b" 53
	serve b udp_echo.py "$b6" 53
}
send() { at a python3 -I -S "$programs/udp_ask.py" "$b" 53 5 1 && at a python3 -I -S "$programs/udp_ask.py" "$b6" 53 5 1; }
