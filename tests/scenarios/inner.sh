# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# sample: 5.10 6.18 7.3
# --inner looks into tunnels: the inner packet is asked, and the outer one stays what it is.
. "$(dirname "$0")/lib.sh"
pair
targets=()

# tunnel INNER NAME OUTER TYPE OPTIONS...: over IPv4 or IPv6 (OUTER is 4 or 6); client and server are INNER1 and INNER2 inside.
tunnel() {
	local inner=$1 name=$2 here=$client there=$server bits=24 own=local
	[ "$3" = 4 ] || here=fd77::1 there=fd77::2
	[[ $inner != *:* ]] || bits=64
	[ "$4" != geneve ] || own= # it has no such option
	shift 3
	at client ip link add "$name" type "$@" remote "$there" ${own:+$own "$here"} || die "no $name in client"
	at server ip link add "$name" type "$@" remote "$here" ${own:+$own "$there"} || die "no $name in server"
	at client ip addr add "${inner}1/$bits" dev "$name"
	at server ip addr add "${inner}2/$bits" dev "$name"
	at client ip link set "$name" up mtu 1400
	at server ip link set "$name" up mtu 1400
	for _ in 1 2 3 4 5; do
		at client ping -c 1 -W 1 -q "${inner}2" >/dev/null && break
	done || die "no ping through $name"
	targets+=("${inner}2")
}
tunnel 10.51.0. vx 4 vxlan id 7 dstport 4789
tunnel 10.52.0. gn 4 geneve id 8
tunnel 10.53.0. gr 4 gre key 9
tunnel 10.54.0. gs 4 gre key 10 csum seq
tunnel 10.55.0. gt 4 gretap
tunnel 10.56.0. ii 4 ipip
tunnel fd57:: si 4 sit
tunnel 10.58.0. v6 6 vxlan id 9 dstport 8472
tunnel 10.59.0. g6 6 ip6gre key 11 encaplimit none
tunnel 10.60.0. an 6 ip6tnl mode any # IPv4 and IPv6 in it, behind the encapsulation limit that is there by default
at client ip -6 addr add fd61::1/64 dev an
at server ip -6 addr add fd61::2/64 dev an
targets+=(fd61::2)

ping_all() {
	for target in "${targets[@]}"; do
		at client ping -c 1 -W 3 -q "$target" >/dev/null || fail "no ping to $target"
	done
}

# Each request is seen inside its tunnel as it leaves c0 and as IP receives it on s0.
hooks='ip_rcv|ipv6_rcv|dev_hard_start_xmit'
outer='$path | map(select(.ifname == "c0" or .ifname == "s0"))'
trace --no-follow --inner 'icmp[icmptype] = icmp-echo or icmp6[icmp6type] = icmp6-echo' --func "$hooks"
ping_all
at client ping -c 1 -W 3 -q $server >/dev/null # these two are not in a tunnel
at client ping -c 1 -W 3 -q fd77::2 >/dev/null
finish
protos='map(.proto) == ["UDP", "UDP", "GRE", "GRE", "GRE", "IPIP", "IPV6", "UDP", "GRE", "IPIP", "IPV6"]'
expect "eleven tunnels, at the sender" "$outer | map(select(.func == \"dev_hard_start_xmit\")) | $protos"
expect "and at the receiver" "$outer | map(select(.func != \"dev_hard_start_xmit\")) | $protos"
expect "and no other packet" '$all | all((.src == "10.77.1.1" and .dst == "10.77.1.2") or (.src == "fd77::1" and .dst == "fd77::2"))'

# One of each kind of outer and inner packet, asked for by an address inside; answers do not match.
trace --inner 'dst host 10.53.0.2 or dst host fd57::2 or dst host 10.60.0.2 or dst host fd61::2' --func "$hooks"
ping_all
finish
expect "these four and no other" "$outer | map([.ifname, .proto]) == [[\"c0\", \"GRE\"], [\"s0\", \"GRE\"], [\"c0\", \"IPV6\"],
	[\"s0\", \"IPV6\"], [\"c0\", \"IPIP\"], [\"s0\", \"IPIP\"], [\"c0\", \"IPV6\"], [\"s0\", \"IPV6\"]]"

trace --inner 'host 10.53.0.2' --func ip_rcv udp or ip proto 47
ping_all
finish
expect "both filters have to match" '$path | length == 2 and all(.proto == "GRE")'
done_testing
