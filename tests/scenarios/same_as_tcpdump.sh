# SPDX-License-Identifier: GPL-2.0-only
# timeout: 600
# For each expression, on each kind of device: the packets that skbtrace matches are those that tcpdump prints, both ways.
. "$(dirname "$0")/lib.sh"
programs=$(dirname "$0")/programs
# Every backend on the first device, the kernel's best one on the others.
backends=(auto)
[ "$KERNEL" = 5.10 ] || [ "$KERNEL" = 6.1 ] || backends=(kprobe.multi kprobe)
hooks='dev_hard_start_xmit|tpacket_rcv|packet_rcv'

# ports_of_events FILE, ports_of_tcpdump FILE EXPRESSION...: the source ports of our flows, a line each.
ports_of_events() { jq -r 'select(.type == "path") | .sport | select(. != null and . >= 20000 and . < 24000)' "$1" | sort -u; }
ports_of_tcpdump() {
	local file=$1
	shift
	tcpdump -Z root -nn -t -r "$file" "$@" 2>/run/cmp.read | grep -oE '[.:](2[0-3][0-9]{3}) > ' | grep -oE '2[0-9]{4}' | sort -u
}

# compare WHAT NS DEVICE "ADDRESSES" EXPRESSION...: one capture of everything, one trace for each expression, then the flows.
compare() {
	local what=$1 ns=$2 dev=$3 addresses=$4 i backend pids=() dump
	shift 4
	rm -f /run/cmp.*
	ip netns exec "$ns" tcpdump -Z root -i "$dev" -U -w /run/cmp.pcap 2>/run/cmp.tcpdump &
	dump=$!
	for backend in "${backends[@]}"; do
		for ((i = 1; i <= $#; i++)); do
			skbtrace --json --backend "$backend" -N "$ns" -i "$dev" --func "$hooks" --buffer 1M \
				--ready-file "/run/cmp.ready.$backend.$i" "${!i}" >"/run/cmp.$backend.$i" 2>"/run/cmp.err.$i" &
			pids+=($!)
		done
	done
	for _ in $(seq 600); do
		[ "$(find /run -name 'cmp.ready.*' | wc -l)" = ${#pids[@]} ] && grep -q 'listening on' /run/cmp.tcpdump && break
		kill -0 $dump 2>/dev/null || die "$what: $(cat /run/cmp.tcpdump)"
		sleep 0.1
	done
	# shellcheck disable=SC2086 # words
	ip netns exec "$ns" python3 "$programs/flows.py" $addresses || die "$what: no flows"
	sleep 1
	kill -INT "${pids[@]}" $dump
	wait "${pids[@]}" $dump
	echo "$what: ${EPOCHREALTIME%.*} s"
	for backend in "${backends[@]}"; do
		for ((i = 1; i <= $#; i++)); do
			check "$what" "$backend" "${!i}" "/run/cmp.$backend.$i"
		done
	done
}

check() {
	local ours theirs
	ours=$(ports_of_events "$4")
	theirs=$(ports_of_tcpdump /run/cmp.pcap "$3")
	compared=$((compared + 1))
	if [ "$ours" != "$theirs" ]; then
		fail "$1, $2, '$3': seen by one only:
			skbtrace: $(comm -23 <(echo "$ours") <(echo "$theirs") | tr '\n' ' ') tcpdump: $(comm -13 <(echo "$ours") <(echo "$theirs") | tr '\n' ' ')"
	fi
	[ -z "$theirs" ] || matching=$((matching + 1))
}

compared=0 matching=0
pair
both="$client $server fd77::1 fd77::2"
compare veth client c0 "$both" 'udp port 53' 'tcp[tcpflags] & tcp-syn != 0 and ip[8] > 32' 'ip6 and not tcp' 'greater 300' \
	'ether[12:2] = 0x86dd or udp[4:2] > 200'

backends=(auto)

at client ip link add link c0 name c0.5 type vlan id 5
at server ip link add link s0 name s0.5 type vlan id 5
at client ip addr add 10.77.5.1/24 dev c0.5
at server ip addr add 10.77.5.2/24 dev s0.5
at client ip link set c0.5 up
at server ip link set s0.5 up
at client ping -c 1 -W 2 -q 10.77.5.2 >/dev/null || die "no ping over VLAN"
compare "VLAN trunk" client c0 "10.77.5.1 10.77.5.2 $client $server" 'vlan' 'vlan 5 and udp port 53' 'vlan 6' 'udp port 53' \
	'less 200 and vlan 5'
compare "VLAN device" client c0.5 "10.77.5.1 10.77.5.2" 'udp port 53' 'vlan'

at client ip link add br0 type bridge || die "no bridge"
at client ip link set c0 master br0
at client ip addr flush dev c0
at client ip addr add $client/24 dev br0
at client ip link set br0 up
at client ip -6 addr add fd77::1/64 dev br0 nodad
for _ in $(seq 20); do
	at client ping -c 1 -W 1 -q $server >/dev/null && break
done
compare bridge client br0 "$client $server" 'udp port 443' 'tcp and ip[8] < 100'
compare "bridge port" client c0 "$client $server" 'udp port 443' 'src portrange 20005-21005'

at client ip link add vx type vxlan id 7 dstport 4789 remote $server || die "no vxlan"
at server ip link add vx type vxlan id 7 dstport 4789 remote $client
at client ip addr add 10.77.7.1/24 dev vx
at server ip addr add 10.77.7.2/24 dev vx
at client ip link set vx up
at server ip link set vx up
at client ping -c 1 -W 3 -q 10.77.7.2 >/dev/null || die "no ping over VXLAN"
compare VXLAN client vx "10.77.7.1 10.77.7.2" 'udp port 53' 'ip[8] & 1 = 1' 'dst host 10.77.7.2 and tcp'

modprobe tun
ip netns exec client python3 "$programs/tun.py" tun0 &
sleep 1
at client ip addr add 10.77.9.1/24 dev tun0
at client ip link set tun0 up
compare tun client tun0 "10.77.9.1 10.77.9.2" 'udp port 53' 'ip[8] > 33' 'not udp'

compare lo client lo "127.0.0.1 127.0.0.2 ::1 ::1" 'udp port 9' 'ip6' 'tcp[2:2] = 443 or less 100'
echo "$compared comparisons, $matching of them with packets"
[ $matching -gt $((compared / 2)) ] || fail "only $matching of $compared expressions match anything"
events=/run/none
done_testing
