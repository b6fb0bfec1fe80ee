# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# NAT changes the headers, not the packet: it keeps its number from the client to the server, though only its first headers match.
. "$(dirname "$0")/lib.sh"
router
at router nft -f - <<'NFT'
table ip nat {
	chain prerouting { type nat hook prerouting priority dstnat; udp dport 9000 dnat to 10.77.8.131:9; }
	chain postrouting { type nat hook postrouting priority srcnat; oifname "r1" masquerade; }
}
NFT

trace "src host $client and (icmp or udp dst port 9000)"
at client ping -c 1 -W 2 -q $server >/dev/null
echo x | at client nc -u -w 1 10.77.1.254 9000
finish
expect "SNAT: a ping from the client's ip_output to the server's icmp_rcv" '$path | map(select(.proto == "ICMP")) | group_by(.packet_id)
	| any((funcs | subsequence(["ip_output", "ip_forward", "icmp_rcv"]))
		and .[0].netns_name == "client" and .[0].src == "10.77.1.1"
		and last.netns_name == "server" and last.src == "10.77.8.254")'
expect "SNAT and DNAT: UDP" '$path | map(select(.proto == "UDP")) | group_by(.packet_id)
	| any((funcs | subsequence(["ip_output", "ip_forward", "udp_rcv"]))
		and .[0].netns_name == "client" and .[0].dst == "10.77.1.254" and .[0].dport == 9000
		and last.netns_name == "server" and last.src == "10.77.8.254" and last.dst == "10.77.8.131" and last.dport == 9)'
refute "the answers, which never matched" '$all | any(.src == "10.77.8.131")'

trace --no-follow "src host $client and (icmp or udp dst port 9000)"
at client ping -c 1 -W 2 -q $server >/dev/null
echo x | at client nc -u -w 1 10.77.1.254 9000
finish
expect "--no-follow: it is there up to the router" '$path | any(.netns_name == "router" and .func == "ip_rcv")'
refute "--no-follow: and gone where its headers do not match" '$all | any(.netns_name == "server")'
done_testing
