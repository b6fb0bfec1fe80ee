#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A datagram between two machines of an overlay network: it is packed into VXLAN on one host and unpacked on the other.
# shellcheck source=tests/demo/lib.sh
. "$(dirname "$0")/lib.sh"

left='' right=''
namespace left left
namespace right right
cable "$left" l0 10.77.1.1/24 "$right" r0 10.77.1.2/24
for side in "$left 10.77.1.1 10.77.1.2 172.30.0.1/24" "$right 10.77.1.2 10.77.1.1 172.30.0.2/24"; do
	read -r ns here there inside <<<"$side"
	run ip -n "$ns" link add vx0 type vxlan id 42 local "$here" remote "$there" dstport 4789
	run ip -n "$ns" addr add "$inside" dev vx0
	run ip -n "$ns" link set vx0 up
done
# Neighbours are learned now, so that the trace shows the datagram and nothing else.
at "$left" ping -c 1 -W 3 -q 172.30.0.2 >/dev/null
in_background ip netns exec "$right" python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("172.30.0.2", 7000))
while True:
    s.recvfrom(2048)'
sleep 1
trace -H 172.30.0.2 -P 7000 --group
at "$left" python3 -c '
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello over there", ("172.30.0.2", 7000))'
finish
