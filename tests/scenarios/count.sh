# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# kernels: 5.10 6.1 6.18
# skbtrace count counts what a libpcap program counts on the same interface with the same expression, in and out, packets and bytes; and
# without an expression what the interface's own counters count. On a bridge, with GSO, without Ethernet headers, on lo.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_count.sh"

# A bridge with two ports.
quiet_namespace client
quiet_namespace server
quiet_namespace switch
ip -n switch link add br0 type bridge || die "no bridge"
ip -n switch addr add 172.20.0.1/16 dev br0
ip -n switch link set br0 up
cable client c0 172.20.0.2/16 switch p0 -
cable server s0 172.20.0.3/16 switch p1 -
ip -n switch link set p0 master br0
ip -n switch link set p1 master br0
for address in 172.20.0.1 172.20.0.3; do
	for _ in $(seq 20); do
		at client ping -c 1 -W 1 -q $address >/dev/null && break
	done || die "no ping to $address"
done
at client ping -c 1 -q 172.20.0.1 >/dev/null
settle_neighbours

bridge_traffic() {
	pings client 172.20.0.1 56
	pings client 172.20.0.1 4000
	pings switch 172.20.0.3 1000
	pings client 172.20.0.3 100
	bulk client 172.20.0.3
}

expressions=('src net 172.20.0.0/16')
compare switch br0
bridge_traffic
same
some in
some out

expressions=('')
compare switch br0
before=$(counters switch br0)
bridge_traffic
same
as_counters 14 0 # br_pass_frame_up() counts packets without their Ethernet header

# GSO: packets are larger than the wire's, and counted by their whole length. With segments cut before the device as well.
for gso in on off; do
	at switch ethtool -K p1 gso $gso tso $gso >/dev/null
	expressions=('')
	compare switch p1
	before=$(counters switch p1)
	bulk switch 172.20.0.3
	same
	as_counters 0 0
done
expressions=('tcp port 5001' 'greater 2000' 'src net 172.20.0.0/16 and tcp[13] & 2 != 0' 'ether host 2:3:4:5:6:7')
compare client c0
bulk client 172.20.0.3
same
some out

# The filter's bytes lie in page fragments, not in the linear part (where the kernel does not copy all of a packet).
expressions=('udp[100] = 0' 'icmp[200] != 7')
compare client c0
pings client 172.20.0.3 3000
same

# What the kernel gives back to the sender, as it is for a group that it is in, has not arrived.
expressions=('icmp')
compare client c0
at client ping -b -c 3 -i 0.2 -W 1 -q 172.20.255.255 >/dev/null 2>&1
same
some out

# What comes back from an ifb, where it is shaped, has arrived before.
modprobe ifb numifbs=0
ip -n server link add ifb0 type ifb || die "no ifb"
ip -n server link set ifb0 up
tc -n server qdisc add dev s0 ingress
tc -n server filter add dev s0 parent ffff: matchall action mirred egress redirect dev ifb0 || die "no mirred"
expressions=('icmp' 'ip')
compare server s0
pings client 172.20.0.3 200
same
some in
tc -n server qdisc del dev s0 ingress

# A device without Ethernet headers, and the loopback, of which libpcap leaves out what is sent.
modprobe tun
ip netns exec client python3 "$programs/tun.py" tun0 &
until ip -n client link show tun0 >/dev/null 2>&1; do
	sleep 0.1
done
ip -n client addr add 10.77.9.1/24 dev tun0
ip -n client link set tun0 up
expressions=('udp port 53' '' 'src net 10.77.9.0/24 or ip6')
compare client tun0
printf '%s\n' a b c | at client nc -u -w 1 10.77.9.2 53 >/dev/null
same
some out
expressions=('icmp')
compare client lo
before=$(counters client lo)
pings client 127.0.0.1 300
same in
as_counters 14 14 # loopback_xmit() counts them without, too

# All devices, told apart.
rm -f "$ready"
skbtrace count --json --by iface -e icmp -e arp --ready-file "$ready" >$dir/count 2>"$errors" &
tracer=$!
until [ -e "$ready" ]; do
	kill -0 $tracer || die "$(cat "$errors")"
	sleep 0.1
done
pings client 172.20.0.3 100
kill -INT $tracer
wait $tracer
jq -e -s 'last.totals | map(select(.expression == "icmp") | [.netns_name, .ifname, .in_packets, .out_packets, .out_bytes]) | sort == [
	["client", "c0", 4, 4, 568], ["server", "s0", 4, 4, 568], ["switch", "p0", 4, 4, 568], ["switch", "p1", 4, 4, 568]]' $dir/count >/dev/null ||
	fail "by iface: $(tail -n 1 $dir/count)"

# The file for Prometheus is whole whenever it is read, and its counters only grow.
rm -f "$ready" $dir/*
skbtrace count -i c0 --prometheus $dir/x.prom --ready-file "$ready" icmp 1 12 >$dir/text 2>"$errors" &
tracer=$!
until [ -e "$ready" ]; do sleep 0.1; done
at client ping -c 100 -i 0.1 -q 172.20.0.3 >/dev/null &
python3 "$programs/prometheus_check.py" $dir/x.prom $tracer || fail "see above"
wait $tracer || fail "count ends with $?: $(cat "$errors")"
grep -q '^skbtrace_packets_total{expression="icmp",netns="client",iface="c0",direction="out"} [1-9]' $dir/x.prom || fail "$(cat $dir/x.prom)"
[ "$(find $dir -name 'x.prom*' | wc -l)" = 1 ] || fail "left behind: $(ls $dir)"
[ "$(grep -c '^[0-9][0-9]:' $dir/text)" = 12 ] || fail "not twelve lines: $(cat $dir/text)"
awk '/^[0-9]/ { packets += $2; bytes += $3 } /^total/ { if ($2 < packets || !packets || $3 < bytes) exit 1 }' $dir/text ||
	fail "the total is not that of its lines: $(cat $dir/text)"

# As many expressions as there may be, each with several comparisons, and a tag for some: the verifier follows them one by one.
many=()
for i in $(seq 16); do
	many+=(-e "(src net 10.$i.0.0/16 or ip6) and tcp port $i or udp[$i] = 7 or (icmp and len > $i)")
done
many[31]="vlan 7 and ${many[31]}"
skbtrace count -i c0 --json --duration 500ms "${many[@]}" >$dir/many 2>"$errors" || fail "16 expressions: $(cat "$errors")"
jq -e -s 'last.totals | length == 16' $dir/many >/dev/null || fail "16 expressions: $(tail -n 1 $dir/many)"
many=$(printf ' or host 10.9.%d.1 and port 5' $(seq 200))
skbtrace count -i c0 --json --duration 500ms "${many# or }" >$dir/many 2>"$errors" || fail "a long expression: $(cat "$errors")"

exits 2 'whole number from 1' count udp 0
exits 2 'whole number from 1' count udp 1 0
exits 2 'not for skbtrace count' count -p 1
exits 2 'bad filter' count -e udp -e 'tcp prot 80'
exits 2 'iface' count --by pid
exits 1 'Prometheus' count --prometheus /nonexistent/x.prom
events=/run/none
done_testing
