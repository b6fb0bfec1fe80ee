# SPDX-License-Identifier: GPL-2.0-only
# timeout: 400
# sample: 5.10 6.18 7.3
# What the legacy tables decide: table, chain and verdict, for IPv4, IPv6, ARP, and bridged frames where the kernel has ebtables.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_verdicts.sh"
router
ip -n client -6 addr add fd77::1/64 dev c0 nodad
ip -n router -6 addr add fd77::2/64 dev r0 nodad
at client ping -c 1 -W 2 -q fd77::2 >/dev/null || die "no IPv6"
at router iptables-legacy -A FORWARD -p udp --dport 4242 -j DROP || die "no iptables"
at server iptables-legacy -t mangle -A INPUT -p udp --dport 4243 -j DROP || die "no iptables"
at router ip6tables-legacy -A INPUT -p udp --dport 4244 -j DROP || die "no ip6tables"
at server arptables-legacy -A INPUT -s 10.77.8.254 -j DROP || die "no arptables"
if modprobe -q ebtable_filter; then
	namespace switch
	namespace neighbour
	cable client e0 10.88.1.1/24 switch p0 -
	cable neighbour n0 10.88.1.2/24 switch p1 -
	ip -n switch link add br0 type bridge forward_delay 0
	ip -n switch link set p0 master br0
	ip -n switch link set p1 master br0
	ip -n switch link set br0 up
	at client ping -c 1 -W 2 -q 10.88.1.2 >/dev/null || die "no ping over the bridge"
	at switch ebtables-legacy -A FORWARD -p IPv4 --ip-protocol udp --ip-destination-port 4245 -j DROP || die "no ebtables"
fi

trace --iptable 'udp or arp'
udp client $server 4240 4242 4243
udp client fd77::2 4240 4244
[ ! -d /sys/module/ebtables ] || udp client 10.88.1.2 4240 4245
ip -n router neigh del $server dev r1
udp client $server 4241
finish

returned "the packet passes the router" func='"ipt_do_table"' dport=4240 netns_name='"router"' result=1 verdict='"ACCEPT"' \
	hook='"FORWARD"' table='"filter"' chain='"FORWARD"' family='"ip"' rule=null
returned "and comes in at the server" func='"ipt_do_table"' dport=4240 netns_name='"server"' verdict='"ACCEPT"' hook='"INPUT"' table='"mangle"'
returned "the router's rule drops" func='"ipt_do_table"' dport=4242 netns_name='"router"' result=0 verdict='"DROP"' \
	hook='"FORWARD"' table='"filter"' chain='"FORWARD"'
returned "so does the hook" func='"nf_hook_slow"' dport=4242 netns_name='"router"' result=-1 verdict='"DROP"' hook='"FORWARD"' table=null chain=null
returned "the server's rule drops" func='"ipt_do_table"' dport=4243 netns_name='"server"' verdict='"DROP"' hook='"INPUT"' table='"mangle"' chain='"INPUT"'
returned "IPv6 passes" func='"ip6t_do_table"' dport=4240 verdict='"ACCEPT"' hook='"INPUT"' table='"filter"' family='"ip6"'
returned "an IPv6 rule drops" func='"ip6t_do_table"' dport=4244 verdict='"DROP"' hook='"INPUT"' table='"filter"' chain='"INPUT"'
returned "an ARP rule drops" func='"arpt_do_table"' proto='"ARP"' netns_name='"server"' verdict='"DROP"' hook='"INPUT"' table='"filter"' family='"arp"'
if [ -d /sys/module/ebtables ]; then
	returned "the bridge forwards" func='"ebt_do_table"' dport=4240 verdict='"ACCEPT"' hook='"FORWARD"' table='"filter"' family='"bridge"'
	returned "a bridge rule drops" func='"ebt_do_table"' dport=4245 verdict='"DROP"' hook='"FORWARD"' table='"filter"' chain='"FORWARD"'
fi
refute "nothing else is dropped" '$all | any(.dport == 4240 and .verdict == "DROP")'
expect "a packet that is gone is shown as it was" '$all | map(select(.returned and .verdict == "DROP" and .dport == 4242))
	| length >= 2 and all(.proto == "UDP" and .src == "10.77.1.1" and .dst == "10.77.8.131" and .netns_name == "router")'
returns_pair
done_testing
