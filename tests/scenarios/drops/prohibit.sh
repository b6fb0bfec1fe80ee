# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The router has a prohibit route.
# where: ip_error
# reason: NOT_SPECIFIED|IP_.*
# cause: of type prohibit
# evidence: route: .*prohibit
prepare() {
	routed
	in_ns r <<<"route add prohibit 10.$n.99.0/24"
}
send() { udp a "10.$n.99.1" 9; }
