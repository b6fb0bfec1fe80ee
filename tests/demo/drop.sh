#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The main job, on namespaces of its own: a router's firewall drops a packet, skbtrace shows where and why.
set -eu
# name NAME: itself, or another where this machine has a namespace of that name.
name() { [ -e "/run/netns/$1" ] && echo "$1-$$" || echo "$1"; }
client=$(name client) router=$(name router)
ready=$(mktemp -u)
tracer=

cleanup() {
	[ -z "$tracer" ] || kill -INT "$tracer" 2>/dev/null || true
	ip netns del "$client" 2>/dev/null || true
	ip netns del "$router" 2>/dev/null || true
	rm -f "$ready"
}
trap cleanup EXIT

# Shows a command, then runs it.
run() {
	echo "# $*"
	"$@"
}

run ip netns add "$client"
run ip netns add "$router"
run ip link add c0 netns "$client" type veth peer name r0 netns "$router"
run ip -n "$client" addr add 10.77.1.1/24 dev c0
run ip -n "$router" addr add 10.77.1.254/24 dev r0
run ip -n "$client" link set c0 up
run ip -n "$router" link set r0 up
ip netns exec "$client" ping -c 1 -W 2 -q 10.77.1.254 >/dev/null
echo "# the router answers pings; now a firewall rule says no"
if command -v nft >/dev/null; then
	run ip netns exec "$router" nft 'add table ip demo; add chain ip demo input { type filter hook input priority 0; }; add rule ip demo input icmp type echo-request drop'
else
	run ip netns exec "$router" iptables -A INPUT -p icmp --icmp-type echo-request -j DROP
fi
echo "# skbtrace -H 10.77.1.254 --dropstack"
skbtrace -H 10.77.1.254 --dropstack --ready-file "$ready" 2>&1 &
tracer=$!
while [ ! -e "$ready" ]; do
	kill -0 "$tracer"
	sleep 0.1
done
ip netns exec "$client" ping -c 1 -W 1 -q 10.77.1.254 >/dev/null || true
sleep 0.5
kill -INT "$tracer"
wait "$tracer"
tracer=
