# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# sample: 5.10 6.18 7.3
# The routing decision and the state of the connection, as packets carry them; and verdicts in words.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_verdicts.sh"
router
ip -n client -6 addr add fd77::1/64 dev c0 nodad
ip -n router -6 addr add fd77::2/64 dev r0 nodad
ip -n client -6 route add fd88::/64 via fd77::2
at client ping -c 1 -W 2 -q fd77::2 >/dev/null || die "no IPv6"
at router nft -f - <<'NFT' || die "no nft"
table inet fw {
	chain forward { type filter hook forward priority 0; ct state established accept; udp dport 4242 drop; }
}
NFT
at client ip route add 10.88.0.0/16 via 10.77.1.254 table 77
at client ip rule add to 10.88.0.0/16 table 77
at client ip -6 route add fd99::/64 via fd77::2 table 78
at client ip -6 rule add to fd99::/64 table 78
trace "icmp or udp or icmp6"
at client ping -c 2 -i 0.2 -W 2 -q $server >/dev/null
at client ping -c 1 -W 1 -q fd77::2 >/dev/null
udp client fd88::1 4000
udp client fd99::1 4000
for _ in 1 2 3; do
	udp client 10.88.0.1 4000
done
udp client $server 4242
finish

# table TABLE: of events, that this is their route's. The look-up tells it on the CPU where it was made: of a task that moved to another
# one in between the table is not known.
table() { echo "(map(.route.table) | unique - [null]) == [$1]"; }
out='.type == "path" and .netns_name == "client" and .dst == "10.77.8.131" and .func == "ip_output"'
expect "the client's route" '$all | map(select('"$out"')) | all(.route | .dev == "c0" and .gateway == "10.77.1.254" and .type == "unicast") and '"$(table 254)"
expect "the router's" '$all | map(select(.netns_name == "router" and .dst == "10.77.8.131" and .func == "ip_forward"))
	| all(.route | .dev == "r1" and .gateway == null and .type == "unicast") and '"$(table 254)"
expect "the server's own address" '$all | map(select(.netns_name == "server" and .dst == "10.77.8.131" and .func == "ip_local_deliver"))
	| all(.route.type == "local" and .route.gateway == null) and '"$(table 255)"
expect "a table that a rule asks for" '$all | map(select(.netns_name == "client" and .dst == "10.88.0.1" and .func == "ip_output"))
	| all(.route | .dev == "c0" and .gateway == "10.77.1.254" and .type == "unicast") and '"$(table 77)"
expect "likewise of IPv6" '$all | any(.netns_name == "client" and .dst == "fd99::1" and .func == "ip6_output" and .route == {dev: "c0", gateway: "fd77::2", type: "unicast", table: 78})'
expect "none before it is decided" '$all | map(select(.netns_name == "router" and .func == "ip_rcv")) | length > 0 and all(.route == null)'
expect "IPv6 with a gateway" '$all | any(.netns_name == "client" and .dst == "fd88::1" and .func == "ip6_output" and .route == {dev: "c0", gateway: "fd77::2", type: "unicast", table: 254})'
expect "IPv6 to oneself" '$all | any(.netns_name == "router" and .dst == "fd77::2" and .func == "ip6_input" and .route.type == "local")'
state() { expect "$1" '$all | any(.netns_name == "router" and .func == "ip_forward" and .proto == "ICMP" and .'"$2"' == "'"$server"'" and .ct_state == "'"$3"'")'; }
state "the first request" dst NEW
state "its reply" src ESTABLISHED_REPLY
state "the next request" dst ESTABLISHED
expect "nobody tracks in the client" '$all | map(select(.netns_name == "client" and .proto == "UDP")) | length > 0 and all(.ct_state == null)'

rule=$(at router nft -a list chain inet fw forward | sed -n 's/.*4242 drop # handle //p')
rm -f "$ready"
skbtrace --ready-file "$ready" "udp and dst host $server" >/run/text 2>/run/text.errors &
tracer=$!
for _ in $(seq 1800); do [ -e "$ready" ] && break; sleep 0.1; done
udp client $server 4242
sleep 1
kill -INT $tracer
wait $tracer
says() { grep -qE "$1" /run/text || fail "the text does not say: $1"; }
says "nft_do_chain\(\) .* FORWARD: DROP by rule $rule of inet fw forward; 10\.77\.1\.1:"
says ' nf_hook_slow\(\) .* FORWARD: DROP; 10\.77\.1\.1:'
says ' ip_output .* route via 10\.77\.1\.254 dev c0'
says ' ip_forward .*, route dev r1'
says ' ct none -> NEW'
[ $failures = 0 ] || cat /run/text /run/text.errors
done_testing
