# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# VXLAN with a network identifier that nobody has here.
# where: vxlan_rcv
# reason: VXLAN_VNI_NOT_FOUND|NOT_SPECIFIED
# reason 6.18 7.3: VXLAN_VNI_NOT_FOUND
# cause: VNI
prepare() {
	pair
	in_ns a <<-END
		link add vx type vxlan id 1 remote $b dstport 4789
		link set vx up
		addr add 10.$n.5.1/24 dev vx
		neigh add 10.$n.5.2 lladdr $mac:b5 dev vx nud permanent
	END
	in_ns b <<-END
		link add vx type vxlan id 2 remote $a dstport 4789
		link set vx up
	END
}
send() { udp a "10.$n.5.2" 9; }
