# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The router has no route to the destination (IPv6).
# where: ip6_pkt_drop|ip6_pkt_discard|ip6_pkt_prohibit
# reason: IP_INNOROUTES
# cause: no route to fd77:[0-9]+:99::1
# evidence: route: .*Network is unreachable
prepare() { routed; }
send() { udp a "fd77:$n:99::1" 9; }
