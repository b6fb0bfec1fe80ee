# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The TTL is used up at the router.
# where: ip_forward
# reason: IP_INHDR
# cause: TTL ran out: it was 1 on arrival
# evidence: (^|; )route: route to .* from ra: dev rb
prepare() { routed; }
send() { at a ping -c 1 -W 1 -t 1 "$far"; }
