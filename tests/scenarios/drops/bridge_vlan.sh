# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The port of the bridge is not in the VLAN of the frame.
# where: __allowed_ingress|br_allowed_ingress|br_handle_frame_finish
# reason: NOT_SPECIFIED|.*VLAN.*
# cause: VLAN filter .* port pa
# evidence: bridge_port: pa is a port of sw.*VLAN filtering on
prepare() { bridged vlan_filtering 1; }
send() { frame a a0 vlan=7 src="$a" dst="$b"; }
