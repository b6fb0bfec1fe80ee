# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Too large for the router's other side (IPv6).
# where: ip6_forward
# reason: PKT_TOO_BIG
# cause: 1420 bytes do not fit the MTU 1280 .* by rb
# evidence: mtu: packet of 1420 B, MTU of rb 1280
prepare() {
	routed
	in_ns r <<<"link set rb mtu 1280"
}
send() { at a ping -c 1 -W 1 -s 1372 "$far6"; }
