# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An IP header that says it is 12 bytes long.
# where: ip_rcv_core|ip_rcv
# reason: IP_INHDR
# cause: header
prepare() { pair; }
send() { frame a a0 src="$a" dst="$b" ihl=3; }
