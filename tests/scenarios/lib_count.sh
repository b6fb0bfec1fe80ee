# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the scenarios about skbtrace count share: it and libpcap side by side, and their totals compared.
programs=$(dirname "$0")/programs
dir=/run/count
rm -rf $dir && mkdir $dir
tools=()

# quiet_namespace NAME: one in which the kernel says nothing by itself (MLD, IGMP). That would come between the beginnings of two tools.
quiet_namespace() {
	namespace "$1"
	at "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 net.ipv4.igmp_link_local_mcast_reports=0
}

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
