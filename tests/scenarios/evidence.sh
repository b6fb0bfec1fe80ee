# SPDX-License-Identifier: GPL-2.0-only
# timeout: 600
# kernels: 5.10 6.12 7.3
# sample: 5.10 7.3
# What is looked up about a drop, in the packet's namespace, when it is shown: each kind where it explains one.
. "$(dirname "$0")/lib.sh"
router
# Twice: where looking up takes longer than the reader waits, evidence is there for the next such drop.
hello() {
	for _ in 1 2; do
		echo hello | at client timeout 1 nc -u -w 1 "$server" "$1"
	done
}
# datagrams COUNT PORT: of 1000 bytes, as fast as they go
datagrams() {
	at client python3 - "$server" "$@" <<'PY'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(int(sys.argv[2])):
    s.sendto(bytes(1000), (sys.argv[1], int(sys.argv[3])))
PY
}
# shown NETNS KIND JQ WHAT: a drop there has that evidence, and it says so
shown() { expect "$4" "\$drop | any(.netns_name == \"$1\" and .evidence.$2 != null and (.evidence.$2 | $3))"; }

# The program has loaded the modules that tell of sockets once, before the first packet is sent.
trace --drops "udp port 4242"
sleep 2
hello 4242
finish
shown server listeners '.sockets == 0 and (.text | test("no UDP socket has port 4242"))' "nobody listens on the port"
expect "it is what was asked in the server" '$drop | all(.netns_name == "server")'

trace --drops
mac=$(at router cat /sys/class/net/r0/address)
ip -n client neigh replace 10.77.1.254 lladdr 02:00:00:00:00:99 dev c0
hello 4242
ip -n client neigh replace 10.77.1.254 lladdr "$mac" dev c0
finish
shown router mac ".destination == \"02:00:00:00:00:99\" and .interface == \"$mac\"" "the frame's MAC address and the interface's"

at router sysctl -qw net.ipv4.conf.r0.rp_filter=1
ip -n client addr add 10.99.9.9/32 dev lo
trace --drops "host 10.99.9.9"
at client ping -c 2 -i 0.5 -W 1 -q -I 10.99.9.9 $server >/dev/null
finish
at router sysctl -qw net.ipv4.conf.r0.rp_filter=0
shown router rp_filter '.effective == 1 and .interface == 1 and .error == "Network is unreachable"' "the filter, and no route back"

ip -n router route add blackhole 10.201.0.0/16
trace --drops icmp
at client ping -c 2 -i 0.5 -W 1 -q 10.200.0.1 >/dev/null
at client ping -c 2 -i 0.5 -W 1 -q 10.201.0.1 >/dev/null
finish
shown router route '.text == "route to 10.200.0.1 from r0: Network is unreachable"' "no route"
shown router route '.text == "route to 10.201.0.1 from r0: blackhole"' "a route into a black hole"
refute "looking up a route is no drop" '$drop | any(.func | test("rtm_getroute"))'

at router sysctl -qw net.ipv4.conf.r0.forwarding=0
trace --drops "udp port 4242"
hello 4242
finish
at router sysctl -qw net.ipv4.conf.r0.forwarding=1
shown router forwarding '.interface == 0' "the interface does not forward"

trace --drops icmp
at client timeout 6 ping -c 1 -W 5 -q 10.77.8.77 >/dev/null
finish
shown router neighbour '.address == "10.77.8.77" and .dev == "r1" and .state == "FAILED"' "the neighbour that does not answer"

ip -n router link set r1 mtu 1280
trace --drops icmp
at client ping -c 2 -i 0.5 -W 1 -M do -s 1400 -q $server >/dev/null
finish
ip -n router link set r1 mtu 1500
shown router mtu '.mtu == 1280 and .len == 1428 and .dev == "r1"' "the packet's length and the MTU"

ip netns exec server python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
s.bind(("10.77.8.131", 5000))
time.sleep(60)' &
reader=$!
until at server ss -lunH | grep -q ':5000 '; do sleep 0.1; done
trace --drops "udp port 5000"
datagrams 8 5000
finish
kill $reader
shown server receive_buffer '.limit == 4608 and .drops > 0 and .local == "10.77.8.131:5000"' "the full buffer of the socket"

at client tc qdisc add dev c0 root tbf rate 8kbit burst 1600 limit 2000 || die "no tbf"
trace --drops "udp port 5001"
datagrams 6 5001
finish
at client tc qdisc del dev c0 root
shown client qdisc '.kind == "tbf" and .dev == "c0" and .drops > 0' "the queueing discipline and its drops"

at server nft 'add table inet t; add chain inet t input { type filter hook input priority 0; };
	add rule inet t input udp dport 9 accept; add rule inet t input udp dport 8080 drop comment "no 8080"' || die "no nft"
at server iptables-legacy -A INPUT -p udp --dport 8081 -j DROP || die "no iptables"
handle=$(at server nft -a list chain inet t input | sed -n 's/^.*dport 8080.* # handle //p')
trace --hooks netfilter udp
hello 8080
hello 8081
finish
shown server rule ".handle == $handle and .table == \"t\" and .chain == \"input\"
	and (.text | endswith(\": udp dport 8080 drop comment \\\"no 8080\\\"\"))" "the rule of nft, with its text"
shown server rule '.table == "filter" and .chain == "INPUT"
	and (.text | endswith("-A INPUT -p udp -m udp --dport 8081 -j DROP"))' "the rule of iptables, with its text"
expect "each drop has its own" '$drop | map(select(.netns_name == "server") | [.dport, .evidence.rule.table // empty]) | unique - [[8080], [8081]]
	== [[8080, "t"], [8081, "filter"]]'

trace --drops --no-evidence "udp port 4242"
hello 4242
finish
expect "none if it is not wanted" '($drop | length > 0) and ($drop | all(.evidence == null))'

# A namespace that is gone before the drop is shown: the reader is stopped meanwhile.
trace --drops "udp port 4243"
kill -STOP "$tracer"
hello 4243
ip netns del server
sleep 1
kill -CONT "$tracer"
finish
expect "nothing is said of what is gone" '($drop | length > 0) and ($drop | all(.evidence == null))'
done_testing
