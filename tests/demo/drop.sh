#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The main job: a router's firewall drops a packet, skbtrace shows where and why.
# shellcheck source=tests/demo/lib.sh
. "$(dirname "$0")/lib.sh"

client='' router=''
namespace client client
namespace router router
cable "$client" c0 10.77.1.1/24 "$router" r0 10.77.1.254/24
at "$client" ping -c 1 -W 2 -q 10.77.1.254 >/dev/null
echo "# the router answers pings; now a firewall rule says no"
if command -v nft >/dev/null; then
	run ip netns exec "$router" nft 'add table ip demo; add chain ip demo input { type filter hook input priority 0; }; add rule ip demo input icmp type echo-request drop'
else
	run ip netns exec "$router" iptables -A INPUT -p icmp --icmp-type echo-request -j DROP
fi
trace -H 10.77.1.254 --dropstack
at "$client" ping -c 1 -W 1 -q 10.77.1.254 >/dev/null || true
finish
