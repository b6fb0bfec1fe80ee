# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The router has no route to the destination.
# where: ip_error
# reason: IP_INNOROUTES
# cause: no route to 10\.[0-9]+\.99\.1
# evidence: route: .*Network is unreachable
prepare() { routed; }
send() { udp a "10.$n.99.1" 9; }
