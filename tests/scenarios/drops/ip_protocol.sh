# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An IP protocol that nobody handles.
# where: ip_protocol_deliver_rcu|ip_local_deliver_finish
# reason: IP_NOPROTO
# cause: protocol
prepare() { pair; }
send() { frame a a0 kind=none src="$a" dst="$b"; }
