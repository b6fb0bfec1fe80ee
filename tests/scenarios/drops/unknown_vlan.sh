# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The frame has a VLAN tag that no device here takes off: not a wrong MAC address, though the kernel's reason is the same.
# where: ip_rcv_core|ip_rcv
# reason: OTHERHOST
# cause: MAC address is right, .* VLAN tag
# evidence: mac: frame to 02:00:00:00:00:b0, b0 has 02:00:00:00:00:b0
prepare() { pair; }
send() { frame a a0 vlan=7 src="$a" dst="$b"; }
