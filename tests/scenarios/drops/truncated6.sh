# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The frame is shorter than its IPv6 header says.
# where: ip6_rcv_core|ipv6_rcv
# reason: PKT_TOO_SMALL
# cause: length|short
prepare() { pair; }
send() { frame a a0 src="$a6" dst="$b6" size=100 cut=90; }
