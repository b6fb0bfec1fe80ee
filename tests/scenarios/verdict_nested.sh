# SPDX-License-Identifier: GPL-2.0-only
# timeout: 400
# kernels: 5.10 6.12 7.3
# Hooks inside hooks: a bridge that shows its packets to iptables, and a tunnel on top, whose packets are received in softirqs that
# interrupt the sender. Each return belongs to its own call.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_verdicts.sh"
modprobe -qa br_netfilter vxlan ip_tables iptable_mangle
namespace client
namespace switch
namespace server
cable client c0 10.77.1.1/24 switch p0 -
cable server s0 10.77.1.2/24 switch p1 -
ip -n switch link add br0 type bridge forward_delay 0
ip -n switch link set p0 master br0
ip -n switch link set p1 master br0
ip -n switch link set br0 up
at switch sysctl -qw net.bridge.bridge-nf-call-iptables=1 || die "no br_netfilter"
tunnel() { # NS OWN PEER ADDRESS
	ip -n "$1" link add vx type vxlan id 7 dstport 4789 local "$2" remote "$3" && ip -n "$1" addr add "$4" dev vx && ip -n "$1" link set vx up
}
tunnel client 10.77.1.1 10.77.1.2 10.99.1.1/24 || die "no vxlan"
tunnel server 10.77.1.2 10.77.1.1 10.99.1.2/24 || die "no vxlan"
for ns in client switch server; do
	at $ns iptables-legacy -t mangle -A POSTROUTING -j TTL --ttl-set 60 || at $ns iptables-legacy -t mangle -A POSTROUTING || die "no iptables"
	at $ns iptables-legacy -t mangle -A PREROUTING
done
at switch iptables-legacy -A FORWARD -p udp --dport 9999 -j DROP
at client ping -c 1 -W 2 -q 10.99.1.2 >/dev/null || die "no ping through the tunnel"
for backend in $(backends); do
	trace --backend "$backend" --hooks netfilter,bridge 'icmp or udp'
	at client ping -c 20 -i 0.01 -s 1000 -W 2 -q 10.99.1.2 >/dev/null
	udp client 10.77.1.2 9999
	finish
	returns_pair
	# The hook of the bridge calls that of IP, and then all that follows, and returns last.
	expect "$backend: hooks return from the inside to the outside" '$all | map(select(.netns_name == "switch" and .returned and .func == "nf_hook_slow"))
		| group_by(.packet_id) | any(.[]; map([.family, .hook, .verdict]) as $r | ($r | index([["ip", "FORWARD", "ACCEPT"]])) as $ip
			| ($r | index([["bridge", "FORWARD", "STOLEN"]])) as $forward | ($r | index([["bridge", "POSTROUTING", "STOLEN"]])) as $post
			| $ip != null and $post != null and $forward != null and $ip < $post and $post < $forward)'
	returned "$backend: the rule drops" func='"ipt_do_table"' dport=9999 netns_name='"switch"' hook='"FORWARD"' table='"filter"' verdict='"DROP"' family='"ip"'
	expect "$backend: as do the hooks around it, in order" '$all | map(select(.returned and .dport == 9999 and .netns_name == "switch" and .func == "nf_hook_slow" and .verdict == "DROP"))
		| length >= 1 and .[0].family == "ip"'
	expect "$backend: packets in the tunnel and outside" '$all | map(select(.returned) | .dst) | any(. == "10.99.1.2") and any(. == "10.77.1.2")'
	# A kretprobe has room for as many calls as there are processors: of these kernels some returns may be missed.
	[ "$backend" = kprobe ] || expect "$backend: no return is missing" '$summary.missed > 0 or ($all | map(select(.type == "path" and .packet_id and (.func | test("nf_hook_slow|ipt_do_table"))))
		| group_by([.packet_id, .func]) | all((map(select(.returned)) | length) * 2 == length))'
done
done_testing
