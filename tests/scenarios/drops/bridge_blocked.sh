# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Spanning tree blocks the port.
# where: br_handle_frame
# reason: BRIDGE_INGRESS_STP_STATE|NOT_SPECIFIED
# reason 6.18 7.3: BRIDGE_INGRESS_STP_STATE
# cause: port
prepare() { bridged; }
send() {
	bridge -n "$name.r" link set dev pa state 4
	udp a "$b" 9
}
