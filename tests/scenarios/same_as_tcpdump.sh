# SPDX-License-Identifier: GPL-2.0-only
# timeout: 600
# kernels: 5.10 7.3
# With each kind of backend and on each kind of device, the packets that skbtrace matches are those that tcpdump prints, both ways.
. "$(dirname "$0")/lib.sh"
programs=$(dirname "$0")/programs
dir=/run/same
rm -rf $dir && mkdir $dir
# Lengths are such that an Ethernet header, which skbtrace counts on tun as well, makes no difference.
expressions=(
	'udp port 53'
	'tcp[tcpflags] & tcp-syn != 0 and ip[8] > 32 and src portrange 21005-21015'
	'ip6 and not tcp'
	'greater 284'
	'ether[12:2] = 0x86dd or udp[4:2] > 200'
	'vlan 5 and udp port 53'
	'less 200 and vlan'
	'udp port 443 or (vlan 5 and tcp)'
	'vlan 6'
	'ip[8] & 1 = 1 and not src host 10.77.7.1'
	'tcp[2:2] = 443 or less 104'
)
devices=(c0 t0 t0.5 br0 b0 vx tun0 lo)

# link NS NAME NET: sets it up with the addresses 10.77.NET.1 and fd77:NET::1 in client, 2 in server.
link() {
	local last=1
	[ "$1" = client ] || last=2
	ip -n "$1" addr add "10.77.$3.$last/24" dev "$2"
	ip -n "$1" -6 addr add "fd77:$3::$last/64" dev "$2" nodad
	ip -n "$1" link set "$2" up
}

# Neighbours are learned before anything is compared.
reachable() {
	local host
	for host in "10.77.$1.2" "fd77:$1::2"; do
		for _ in $(seq 20); do
			at client ping -c 1 -W 1 -q "$host" >/dev/null && break
		done || die "no ping to $host"
	done
	pairs+=("10.77.$1.1" "10.77.$1.2" "fd77:$1::1" "fd77:$1::2")
}

make_devices() {
	pairs=(127.0.0.1 127.0.0.2 ::1 ::1)
	namespace client
	namespace server
	cable client c0 - server s0 -
	link client c0 1
	link server s0 1

	cable client t0 - server u0 -
	link client t0 2
	link server u0 2
	ip -n client link add link t0 name t0.5 type vlan id 5
	ip -n server link add link u0 name u0.5 type vlan id 5
	link client t0.5 5
	link server u0.5 5

	ip -n client link add br0 type bridge || die "no bridge"
	cable client b0 - server v0 -
	ip -n client link set b0 master br0
	link client br0 3
	link server v0 3

	cable client x0 10.77.6.1/24 server y0 10.77.6.2/24
	ip -n client link add vx type vxlan id 7 dstport 4789 remote 10.77.6.2 || die "no vxlan"
	ip -n server link add vx type vxlan id 7 dstport 4789 remote 10.77.6.1
	link client vx 7
	link server vx 7

	modprobe tun
	ip netns exec client python3 "$programs/tun.py" tun0 &
	until ip -n client link show tun0 >/dev/null 2>&1; do
		sleep 0.1
	done
	link client tun0 9
	pairs+=(10.77.9.1 10.77.9.2 fd77:9::1 fd77:9::2)
	for net in 1 2 3 5 7; do
		reachable $net
	done
}

# A tag that the kernel keeps beside the packet is not seen by tcpdump's filter on the wire but in its files. skbtrace is to be
# like the first where the expression does not say vlan, and like the second where it does. On other devices the two agree.
capture() {
	local dev i
	for dev in "${devices[@]}"; do
		ip netns exec client tcpdump -Z root --immediate-mode -s 600 -U -i "$dev" -w "$dir/$dev.pcap" 2>"$dir/$dev.log" &
		dumps+=($!)
	done
	for i in "${!expressions[@]}"; do
		[[ ${expressions[i]} != *vlan* ]] || continue
		ip netns exec client tcpdump -Z root --immediate-mode -s 600 -nn -t -i t0 "${expressions[i]}" >"$dir/t0.$i" 2>"$dir/t0.$i.log" &
		dumps+=($!)
	done
}

# read_captures: what of them each expression matches. The link type of tun knows neither Ethernet nor tags.
read_captures() {
	local dev i
	for dev in "${devices[@]}"; do
		for i in "${!expressions[@]}"; do
			[ "$dev" = tun0 ] && [[ ${expressions[i]} =~ vlan|ether ]] && continue
			[ -e "$dir/$dev.$i" ] || tcpdump -Z root -nn -t -r "$dir/$dev.pcap" "${expressions[i]}" >"$dir/$dev.$i" 2>"$dir/read.log" ||
				die "$dev, '${expressions[i]}': $(cat $dir/read.log)"
		done
	done
}

ready() { [ "$(find $dir -name "*.$1.ready" | wc -l)" = ${#traces[@]} ] && [ "$(cat $dir/*.log | grep -c 'listening on')" = ${#dumps[@]} ]; }

# One skbtrace for each expression on all devices, as it is their start that takes time here.
trace_flows() {
	local backend=$1 i traces=()
	for i in "${!expressions[@]}"; do
		skbtrace --json --no-follow --backend "$backend" -N client --func 'dev_hard_start_xmit|tpacket_rcv' --buffer 2M \
			--ready-file "$dir/$i.$backend.ready" "${expressions[i]}" >"$dir/$i.$backend" 2>"$dir/$i.$backend.errors" &
		traces+=($!)
	done
	for _ in $(seq 1800); do
		ready "$backend" && break
		sleep 0.2
	done
	ready "$backend" || die "$backend: not ready: $(cat $dir/*.log $dir/*.errors)"
	at client python3 "$programs/flows.py" "${pairs[@]}" || die "no flows"
	sleep 1
	kill -INT "${traces[@]}"
	wait "${traces[@]}"
}

# The programs of kprobe.multi are those of kprobe: where there are both, one will do.
read -ra backends <<<"$(backends | sed 's/kprobe.multi kprobe/kprobe.multi/')"
dumps=()
make_devices
capture
for backend in "${backends[@]}"; do
	trace_flows "$backend"
	echo "$backend: done at second $SECONDS"
done
kill -INT "${dumps[@]}"
wait "${dumps[@]}"
read_captures
python3 "$programs/same_flows.py" $dir "${backends[*]}" "${devices[*]}" "${expressions[@]}" || fail "see above"
echo "all done at second $SECONDS"
events=/run/none
done_testing
