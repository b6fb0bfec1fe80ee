# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The receiver's own address as source, from outside.
# where: ip_rcv_finish_core|ip_rcv_finish
# reason: IP_LOCAL_SOURCE|NOT_SPECIFIED
# reason 6.18 7.3: IP_LOCAL_SOURCE
# cause: address of b0 itself
# evidence: route: .*refused for these addresses
prepare() { pair; }
send() { frame a a0 src="$b" dst="$b"; }
