# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The frame is shorter than its IP header says.
# where: ip_rcv_core|ip_rcv
# reason: PKT_TOO_SMALL
# cause: length|short
prepare() { pair; }
send() { frame a a0 src="$a" dst="$b" size=100 cut=80; }
