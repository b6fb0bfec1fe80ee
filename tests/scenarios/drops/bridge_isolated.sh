# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Both ports are isolated from each other.
# where: br_forward|__br_forward|br_handle_frame_finish|br_flood
# reason: NOT_SPECIFIED|NO_TX_TARGET|BRIDGE_.*
# cause: isolated
# evidence: bridge_port: pa is a port of sw, forwarding
prepare() {
	bridged
	at r bridge link set dev pa isolated on
	at r bridge link set dev pb isolated on
	at r bridge fdb replace "$mac:b0" dev pb master static
}
send() { udp a "$b" 9; }
