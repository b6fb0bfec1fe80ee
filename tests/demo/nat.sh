#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A datagram on its way through a gateway that rewrites both its addresses: who sent it, what became of it, who got it.
# shellcheck source=tests/demo/lib.sh
. "$(dirname "$0")/lib.sh"

client='' gateway='' server=''
namespace client client
namespace gateway gateway
namespace server server
cable "$client" c0 10.77.1.1/24 "$gateway" g0 10.77.1.254/24
cable "$gateway" g1 192.0.2.1/24 "$server" s0 192.0.2.80/24
run ip -n "$client" route add default via 10.77.1.254
run ip netns exec "$gateway" sysctl -qw net.ipv4.ip_forward=1
echo "# the gateway publishes the server as 10.77.1.254:5353, and hides the client behind its own address"
run ip netns exec "$gateway" nft 'add table ip nat
	add chain ip nat pre { type nat hook prerouting priority -100; }
	add rule ip nat pre udp dport 5353 dnat to 192.0.2.80:53
	add chain ip nat post { type nat hook postrouting priority 100; }
	add rule ip nat post oifname "g1" masquerade'
# Neighbours are learned now, so that the trace shows the datagram and nothing else.
at "$client" ping -c 1 -W 2 -q 10.77.1.254 >/dev/null
at "$gateway" ping -c 1 -W 2 -q 192.0.2.80 >/dev/null
in_background ip netns exec "$server" python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("192.0.2.80", 53))
while True:
    s.recvfrom(2048)'
sleep 1
trace -H 10.77.1.1 -P 5353 --group
at "$client" python3 -c '
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"where is www?", ("10.77.1.254", 5353))'
finish
