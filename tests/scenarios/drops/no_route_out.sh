# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The route of a TCP connection goes away, and the next segment finds none.
# where: __ip_queue_xmit|ip_queue_xmit
# reason: IP_OUTNOROUTES
# cause: no route any more
# evidence: route: .*Network is unreachable
prepare() {
	pair
	in_ns b <<<"addr add 10.$n.7.1/32 dev lo"
	in_ns a <<<"route add 10.$n.7.1 via $b"
	serve b drop_sockets.py reads "10.$n.7.1" 7
}
send() { at a bash -c "exec 3<>/dev/tcp/10.$n.7.1/7; ip route del 10.$n.7.1; echo >&3"; }
