# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# sample: 5.10 6.18 7.3
# Through a tunnel a packet keeps its number, or has a line of parents, from the sender's inner headers over the outer ones to the receiver.
. "$(dirname "$0")/lib.sh"
pair

# tunnel NAME PREFIX ARGUMENTS...: of that type from PREFIX.1 on the client to PREFIX.2 on the server. LOCAL and REMOTE stand for
# the outer addresses.
tunnel() {
	local dev=$1 prefix=$2 args
	shift 2
	args=${*/LOCAL/local $client}
	ip -n client link add "$dev" type ${args/REMOTE/remote $server} || die "no $dev"
	args=${*/LOCAL/local $server}
	ip -n server link add "$dev" type ${args/REMOTE/remote $client} || die "no $dev"
	ip -n client addr add "$prefix.1/24" dev "$dev"
	ip -n server addr add "$prefix.2/24" dev "$dev"
	ip -n client link set "$dev" up
	ip -n server link set "$dev" up
	at client ping -c 1 -W 4 -q "$prefix.2" >/dev/null || die "no ping through $dev"
}

# through NAME PREFIX OUTER: a ping, whose packet has the protocol OUTER on the cable
through() {
	trace "icmp and src host $2.1"
	at client ping -c 1 -W 4 -q "$2.2" >/dev/null
	finish
	expect "$1: out, over the cable and in" '($path | map(select(.netns_name == "client" and .func == "ip_output")) | .[0].packet_id) as $first
		| $path | map(select((line(.packet_id) | last) == $first))
		| any(.netns_name == "client" and .func == "veth_xmit" and .ifname == "c0" and .proto == "'"$3"'")
		and any(.netns_name == "server" and .func == "ip_rcv" and .proto == "'"$3"'")
		and any(.netns_name == "server" and .func == "icmp_rcv" and .src == "'"$2"'.1")'
}

# shellcheck disable=SC2086 # of tunnel(): its arguments are words
tunnel vx0 10.78.0 vxlan id 7 LOCAL REMOTE dstport 4789
through vx0 10.78.0 UDP
tunnel gre7 10.79.0 gre LOCAL REMOTE
through gre7 10.79.0 GRE

wireguard() { at "$1" python3 "$(dirname "$0")/programs/wireguard.py" wg0 "${@:2}" || die "no WireGuard in $1"; }
for ns in client server; do ip -n $ns link add wg0 type wireguard || die "no WireGuard"; done
client_key=$(wireguard client 1 5001)
server_key=$(wireguard server 2 5001)
wireguard client "$server_key" $server 5001 10.80.0.2
wireguard server "$client_key" $client 5001 10.80.0.1
ip -n client addr add 10.80.0.1/24 dev wg0
ip -n server addr add 10.80.0.2/24 dev wg0
for ns in client server; do ip -n $ns link set wg0 up; done
at client ping -c 1 -W 4 -q 10.80.0.2 >/dev/null || die "no ping through WireGuard"
through wg0 10.80.0 UDP
done_testing
