# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Ping, both families.
prepare() { pair; }
send() {
	at a ping -q -c 3 -i 0.1 "$b" && at a ping -q -c 3 -i 0.1 "$b6"
} >/dev/null
