# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The UDP checksum is wrong.
# where: __udp4_lib_rcv|udp_rcv
# reason: UDP_CSUM
# cause: checksum
prepare() { pair; }
send() { frame a a0 src="$a" dst="$b" l4csum=1; }
