# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An IP protocol that nobody handles (IPv6).
# where: ip6_protocol_deliver_rcu|ip6_input_finish|ip6_input
# reason: IP_NOPROTO
# cause: protocol
prepare() { pair; }
send() { frame a a0 kind=none src="$a6" dst="$b6"; }
