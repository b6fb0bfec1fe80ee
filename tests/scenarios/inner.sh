# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# --inner looks into tunnels: the inner packet is asked, and the outer one stays what it is.
. "$(dirname "$0")/lib.sh"
pair

# tunnel NET NAME KIND OPTIONS...: between client and server, with 10.NET.0.1 and 10.NET.0.2 inside.
tunnel() {
	local net=$1 name=$2
	shift 2
	at client ip link add "$name" type "$@" remote $server || die "no $name in client"
	at server ip link add "$name" type "$@" remote $client || die "no $name in server"
	at client ip addr add "10.$net.0.1/24" dev "$name"
	at server ip addr add "10.$net.0.2/24" dev "$name"
	at client ip link set "$name" up mtu 1400
	at server ip link set "$name" up mtu 1400
	sleep 0.2
	at client ping -c 1 -W 3 -q "10.$net.0.2" >/dev/null || die "no ping through $name"
}
tunnel 51 vx vxlan id 7 dstport 4789 local 0.0.0.0
tunnel 52 gn geneve id 8
tunnel 53 gr gre key 9
tunnel 54 gt gretap
tunnel 55 ii ipip

trace --inner 'icmp[icmptype] = icmp-echo' --func 'ip_rcv|dev_hard_start_xmit'
for net in 51 52 53 54 55; do
	at client ping -c 1 -W 3 -q 10.$net.0.2 >/dev/null
done
at client ping -c 1 -W 3 -q $server >/dev/null # not in a tunnel
finish

# Each request is seen inside its tunnel as it leaves c0 and as IP receives it on s0.
expect "five tunnels, twice each" '$path | map(select(.func == "ip_rcv" and .ifname == "s0")) | length == 5'
expect "they leave by c0" '$path | map(select(.func == "dev_hard_start_xmit" and .ifname == "c0")) | length == 5'
expect "the outer packets are what they are" '$path | map(select(.ifname == "s0")) | map(.proto) | sort == ["GRE", "GRE", "IPIP", "UDP", "UDP"]'
expect "and no other packet" '$all | all(.src == "10.77.1.1" and .dst == "10.77.1.2")'

trace --inner 'host 10.53.0.2' --func ip_rcv udp or ip proto 47
for net in 51 52 53 54 55; do
	at client ping -c 1 -W 3 -q 10.$net.0.2 >/dev/null
done
finish
expect "both filters have to match" '$path | length == 2 and all(.proto == "GRE")'
done_testing
