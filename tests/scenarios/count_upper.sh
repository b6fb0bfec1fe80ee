# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# kernels: 5.10 6.12 7.3
# skbtrace count and libpcap count the same of VLAN tags, beside the packet and in it, and on devices above another one, whose packets
# do not pass the tracepoint again: VLAN, macvlan, ipvlan, bond, team.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_count.sh"
quiet_namespace client
quiet_namespace server
cable client c0 172.20.0.2/16 server s0 172.20.0.3/16
at client ping -c 1 -W 2 -q 172.20.0.3 >/dev/null || die "no ping"
settle_neighbours

# VLAN tags beside the packet, and in it where the device does not take them.
for offload in on off; do
	ip -n client link add link c0 name c0.5 type vlan id 5
	ip -n server link add link s0 name s0.5 type vlan id 5
	at client ethtool -K c0 rxvlan $offload txvlan $offload >/dev/null
	at server ethtool -K s0 rxvlan $offload txvlan $offload >/dev/null
	ip -n client addr add 172.21.0.2/16 dev c0.5
	ip -n server addr add 172.21.0.3/16 dev s0.5
	ip -n client link set c0.5 up
	ip -n server link set s0.5 up
	pings client 172.21.0.3 56
	settle_neighbours
	expressions=('icmp' '' 'vlan 5 and icmp' 'vlan 6' 'len > 500')
	# libpcap asks for the tag beside the packet only: with one inside, what is sent has none to it.
	[ $offload = on ] || expressions=('icmp' '' 'len > 500')
	compare client c0
	pings client 172.21.0.3 800
	pings client 172.20.0.3 800
	same
	expressions=('src net 172.21.0.0/16')
	compare client c0.5
	before=$(counters client c0.5)
	pings client 172.21.0.3 800
	same
	as_counters 14 0
	some in
	ip -n client link del c0.5
	ip -n server link del s0.5
	at client ethtool -K c0 rxvlan on txvlan on >/dev/null
	at server ethtool -K s0 rxvlan on txvlan on >/dev/null
done

# above DEVICE ADDRESS: counts on a device that stands above another one of the client's, and removes it. The server has ADDRESS's
# network with .3.
above() {
	device=$1
	ip -n client addr add "$2/16" dev "$device"
	ip -n client link set "$device" up
	pings client "${2%.*}.3" 56
	settle_neighbours
	expressions=("net ${2%.*}.0/24")
	compare client "$device"
	pings client "${2%.*}.3" 800
	same
	some in
	some out
	ip -n client link del "$device"
}

ip -n server addr add 172.22.0.3/16 dev s0
ip -n client link add mv0 link c0 type macvlan mode bridge || die "no macvlan"
above mv0 172.22.0.2
ip -n client link add iv0 link c0 type ipvlan mode l2 || die "no ipvlan"
above iv0 172.22.0.4

# A bond takes the device over, so it gets one of its own.
cable client c1 - server s1 172.23.0.3/16
ip -n client link add bond0 type bond mode active-backup miimon 100 || die "no bond"
ip -n client link set c1 down
ip -n client link set c1 master bond0
above bond0 172.23.0.2

# Without a program that tells it how, a team only receives.
ip -n client link add team0 type team || die "no team"
ip -n client link set c1 down
ip -n client link set c1 master team0
ip -n client link set team0 up
ip -n client link set c1 up
ip -n server neigh replace 172.23.0.9 dev s1 lladdr "$(ip -n client -j link show team0 | jq -r '.[0].address')" nud permanent
expressions=('udp port 9')
compare client team0
for _ in 1 2 3 4 5; do echo x | at server nc -u -w 0 172.23.0.9 9; done
same in
some in
events=/run/none
done_testing
