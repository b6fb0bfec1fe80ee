# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The checksum of the IP header is wrong.
# where: ip_rcv_core|ip_rcv
# reason: IP_CSUM
# cause: checksum
prepare() { pair; }
send() { frame a a0 src="$a" dst="$b" ipcsum=1; }
