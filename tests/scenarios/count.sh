# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# skbtrace count counts what a libpcap program counts on the same interface with the same expression, in and out, packets and bytes; and
# without an expression what the interface's own counters count. On a bridge, with GSO, with VLAN tags, on devices above others, on lo.
. "$(dirname "$0")/lib.sh"
programs=$(dirname "$0")/programs
dir=/run/count
rm -rf $dir && mkdir $dir
tools=()

# tool NAME NS READY COMMAND...: in the background, its output in $dir/NAME.
tool() {
	local name=$1 ns=$2
	shift 2
	ip netns exec "$ns" "$@" >"$dir/$name" 2>"$dir/$name.errors" &
	tools+=($!)
	names+=("$name")
}

# compare NS DEVICE: begins to count on it each of ${expressions[@]}, by skbtrace (all in one run) and by libpcap.
compare() {
	local i e=()
	ns=$1 device=$2 tools=() names=()
	rm -f $dir/*
	for i in "${!expressions[@]}"; do
		tool "in.$i" "$ns" pcap_count -d in "$device" "$dir/in.$i.ready" "${expressions[i]}"
		tool "out.$i" "$ns" pcap_count -d out "$device" "$dir/out.$i.ready" "${expressions[i]}"
		e+=(-e "${expressions[i]}")
	done
	[ ${#expressions[@]} != 1 ] || e=("${expressions[0]}")
	tool count "$ns" skbtrace count --json -N "$ns" -i "$device" --ready-file $dir/count.ready "${e[@]}"
	for _ in $(seq 1800); do
		[ "$(find $dir -name '*.ready' | wc -l)" != ${#tools[@]} ] || return 0
		sleep 0.1
	done
	die "$device: not ready: $(cat $dir/*.errors)"
}

total() { jq -r --argjson n "$1" "select(.type == \"summary\").totals[\$n] | \"\(.$2_packets) \(.$2_bytes)\"" $dir/count; }

# settle_neighbours: nobody asks again for an address that is known. That would come between the ends of two tools.
settle_neighbours() {
	local n address dev mac
	for n in $(ip netns list | cut -d ' ' -f 1); do
		while read -r address dev mac; do
			ip -n "$n" neigh replace "$address" dev "$dev" lladdr "$mac" nud permanent
		done < <(ip -n "$n" -j neigh | jq -r '.[] | select(.lladdr) | "\(.dst) \(.dev) \(.lladdr)"')
	done
}

# same [DIRECTION...]: ends what compare began.
same() {
	local i way packets bytes lost
	settle_neighbours
	sleep 0.5
	kill -INT "${tools[@]}"
	wait "${tools[@]}" || fail "$device: $(cat $dir/*.errors)"
	[ $# -gt 0 ] || set -- in out
	for i in "${!expressions[@]}"; do
		for way; do
			read -r packets bytes lost <"$dir/$way.$i"
			echo "$ns $device '${expressions[i]}' $way: $packets packets, $bytes bytes"
			[ "$lost" = 0 ] || fail "libpcap lost $lost packets"
			[ "$(total "$i" "$way")" = "$packets $bytes" ] ||
				fail "$ns $device '${expressions[i]}' $way: libpcap $packets $bytes, skbtrace $(total "$i" "$way")"
		done
	done
	jq -e -s 'last.missed == 0' $dir/count >/dev/null || fail "$device: packets were missed"
}

# some WAY: something was counted, or the comparison means nothing.
some() { [ "$(total 0 "$1")" != "0 0" ] || fail "$ns $device: nothing was counted $1"; }

# counters NS DEVICE: received and sent packets and bytes, as the device says.
counters() { ip -n "$1" -s -j link show "$2" | jq -r '.[0].stats64 | "\(.rx.packets) \(.rx.bytes) \(.tx.packets) \(.tx.bytes)"'; }

# as_counters IN OUT: skbtrace's totals are what the device's counters grew by, if these leave out IN bytes of a packet that comes in,
# and OUT of one that goes out.
as_counters() {
	local after rx rx_bytes tx tx_bytes
	read -r rx rx_bytes tx tx_bytes <<<"$before"
	read -ra after <<<"$(counters "$ns" "$device")"
	rx=$((after[0] - rx)) tx=$((after[2] - tx))
	rx_bytes=$((after[1] - rx_bytes + $1 * rx)) tx_bytes=$((after[3] - tx_bytes + $2 * tx))
	[ "$(total 0 in) $(total 0 out)" = "$rx $rx_bytes $tx $tx_bytes" ] ||
		fail "$ns $device: counters say $rx $rx_bytes $tx $tx_bytes, skbtrace $(total 0 in) $(total 0 out)"
}

# bulk NS ADDRESS: a TCP connection to the server with 2 MB, which leave as segments of up to 64 KB.
bulk() {
	at server timeout 180 socat -u TCP-LISTEN:5001,reuseaddr OPEN:/dev/null &
	sleep 1
	head -c 2000000 /dev/zero | at "$1" timeout 180 socat -u - "TCP:$2:5001" || fail "no connection to $2"
	wait $!
}

pings() { at "$1" ping -c 4 -i 0.1 -s "$3" -q "$2" >/dev/null || fail "no ping to $2"; }

# A bridge with two ports.
namespace client
namespace server
namespace switch
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

# settled NS...: no ARP or ND passes between the moment when one of two counters begins and the other.
settled() {
	local ns address device mac
	for ns; do
		ip -n "$ns" -j neigh show | jq -r '.[] | select(.lladdr) | "\(.dst) \(.dev) \(.lladdr)"' | while read -r address device mac; do
			ip -n "$ns" neigh replace "$address" dev "$device" lladdr "$mac" nud permanent
		done
	done
}
settled client server switch

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

# VLAN tags beside the packet, and in it where the device does not take them.
for offload in on off; do
	ip -n client link add link c0 name c0.5 type vlan id 5
	ip -n server link add link s0 name s0.5 type vlan id 5
	at client ethtool -K c0 rxvlan $offload txvlan $offload >/dev/null
	at server ethtool -K s0 rxvlan $offload txvlan $offload >/dev/null
	ip -n client addr add 172.21.0.2/16 dev c0.5
	ip -n server addr add 172.21.0.3/16 dev s0.5
	ip -n client link set c0.5 up
	ip -n server link set s0.5 up
	pings client 172.21.0.3 56
	settled client server
	expressions=('icmp' '' 'vlan 5 and icmp' 'vlan 6' 'len > 500')
	# libpcap asks for the tag beside the packet only: with one inside, what is sent has none to it.
	[ $offload = on ] || expressions=('icmp' '' 'len > 500')
	compare client c0
	pings client 172.21.0.3 800
	pings client 172.20.0.3 800
	same
	expressions=('src net 172.21.0.0/16')
	compare client c0.5
	before=$(counters client c0.5)
	pings client 172.21.0.3 800
	same
	as_counters 14 0
	some in
	ip -n client link del c0.5
	ip -n server link del s0.5
	at client ethtool -K c0 rxvlan on txvlan on >/dev/null
	at server ethtool -K s0 rxvlan on txvlan on >/dev/null
done

# Another device above one: its packets do not pass the tracepoint again.
if ip -n client link add mv0 link c0 type macvlan mode bridge 2>/dev/null; then
	ip -n client addr add 172.22.0.2/16 dev mv0
	ip -n client link set mv0 up
	ip -n server addr add 172.22.0.3/16 dev s0
	pings client 172.22.0.3 56
	settled client server
	expressions=('net 172.22.0.0/16')
	compare client mv0
	pings client 172.22.0.3 800
	same
	some in
	ip -n client link del mv0
else
	fail "no macvlan"
fi

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
