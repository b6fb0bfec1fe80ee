# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# kernels: 5.10 6.12 7.3
# sample: 5.10 7.3
# What changed since a packet's last event: source NAT and a mark on a router, devices and namespaces, a tunnel put on and taken off.
. "$(dirname "$0")/lib.sh"
router
at router nft -f - <<'END' || die "no nft"
table ip n {
	chain post {
		type nat hook postrouting priority 100;
		oifname "r1" meta mark set 0x7 meta l4proto udp snat to 10.77.8.254:5000-5009
	}
}
END
trace "udp and host $server"
echo hello | at client nc -u -w 1 $server 4242
finish

# The packet that was sent, without the answer that the closed port made of it.
packet='($path | (map(select(.func == "ip_output" and .netns_name == "client"))[0].packet_id) as $id | map(select(.packet_id == $id)))'
changed() { echo "$packet | map(select((.changes // []) | any(.what == \"$1\")))"; }

expect "the first event has no previous one" "$packet | .[0].changes == null and (.[1:] | all(.changes != null))"
expect "most events change nothing" "$packet | map(select(.changes == [])) | length > 5"
expect "NAT changes the source once" "$(changed src) | length == 1"
expect "on its way out of the router, when the rules have decided" "$(changed src)[0]
	| .func == \"nf_hook_slow\" and .returned and .netns_name == \"router\" and .ifname == \"r1\""
expect "from the client's address to the router's" "$(changed src)[0].changes | map(select(.what == \"src\"))
	== [{what: \"src\", from: \"10.77.1.1\", to: \"10.77.8.254\"}]"
expect "and its port" "$(changed sport)[0] | (.changes | map(select(.what == \"sport\"))[0]) as \$c
	| (\$c.to | tonumber) == .sport and .sport >= 5000 and .sport <= 5009"
expect "the rule sets the mark" "$(changed mark)[0].changes | map(select(.what == \"mark\"))[0]
	| .from == \"0x0\" and .to == \"0x7\""
expect "it goes from namespace to namespace" "$(changed netns) | map(.netns_name) == [\"router\", \"server\"]"
expect "and from device to device" "$(changed iface) | map(.ifname) == [\"c0\", \"r0\", \"r1\", \"s0\"]"
expect "the destination stays" "$(changed dst) | length == 0"
# jq reads ts as a number of 53 bits.
expect "its time counts from the first event" "$packet | . as \$p | all(.total_ns - (.ts - \$p[0].ts) | fabs < 1000)"

at router nft delete table ip n
ip -n client link add vx0 type vxlan id 7 dstport 4789 local $client remote $server || die "no vxlan"
ip -n server link add vx0 type vxlan id 7 dstport 4789 local $server remote $client
ip -n client addr add 10.9.0.1/24 dev vx0
ip -n server addr add 10.9.0.2/24 dev vx0
ip -n client link set vx0 up
ip -n server link set vx0 up
at client ping -c 1 -W 2 -q 10.9.0.2 >/dev/null || die "no ping through the tunnel"
trace "icmp and host 10.9.0.2"
at client ping -c 1 -W 2 -q 10.9.0.2 >/dev/null
finish

packet='($all | (map(select(.src == "10.9.0.1"))[0].packet_id) as $id | map(select(.packet_id == $id)))'
expect "the tunnel is put on in the client" "$(changed encapsulated) | length == 1 and .[0].netns_name == \"client\""
expect "over the ping" "$(changed encapsulated)[0].changes | map(select(.what == \"encapsulated\"))
	== [{what: \"encapsulated\", from: \"10.9.0.1 > 10.9.0.2 ICMP\", to: \"10.77.1.1 > 10.77.8.131 VXLAN\"}]"
expect "and taken off in the server" "$(changed decapsulated) | length == 1 and .[0].netns_name == \"server\""
expect "which is no NAT" "$(changed src) | length == 0"
done_testing
