# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The port of the bridge is not forwarding (the state that spanning tree sets).
# where: br_handle_frame|br_handle_frame_finish
# reason: BRIDGE_INGRESS_STP_STATE|NOT_SPECIFIED
# reason 6.18 7.3: BRIDGE_INGRESS_STP_STATE
# cause: port
# evidence: bridge_port: pa is a port of sw, disabled
prepare() { bridged; }
send() {
	# Other states do not last: without spanning tree the bridge itself goes on to "forwarding".
	bridge -n "$name.r" link set dev pa state disabled
	udp a "$b" 9
}
