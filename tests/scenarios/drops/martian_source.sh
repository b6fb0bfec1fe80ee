# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A multicast address as source.
# where: ip_rcv_finish_core|ip_rcv_finish
# reason: IP_INVALID_SOURCE|NOT_SPECIFIED
# reason 6.18 7.3: IP_INVALID_SOURCE
# cause: source address 224\.1\.1\.1 is a multicast
# evidence: route: .*refused for these addresses
prepare() { pair; }
send() { frame a a0 src=224.1.1.1 dst="$b"; }
