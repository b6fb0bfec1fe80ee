# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The router has an unreachable route.
# where: ip_error
# reason: NOT_SPECIFIED|IP_.*
# cause: of type unreachable
# evidence: route: .*(No route to host|unreachable)
prepare() {
	routed
	in_ns r <<<"route add unreachable 10.$n.99.0/24"
}
send() { udp a "10.$n.99.1" 9; }
