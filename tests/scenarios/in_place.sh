# SPDX-License-Identifier: GPL-2.0-only
# timeout: 420
# kernels: 6.18
# What the packet filter says of a packet where it lies (6.17 and later), it says of a copy, at each function: an expression that also
# asks for a MAC address cannot be run in place, and nobody has that address.
. "$(dirname "$0")/lib.sh"
programs=$(dirname "$0")/programs
nobody='ether host 2:3:4:5:6:7'
expressions=(
	'udp port 53 or tcp port 443'
	'ip6 or arp or icmp'
	'len > 200 and not dst host 10.77.5.2'
	'vlan 5 or proto 47'
)
pair
at client ip link add link c0 name c0.5 type vlan id 5
at server ip link add link s0 name s0.5 type vlan id 5
at client ip link add si type sit remote $server local $client
at server ip link add si type sit remote $client local $server
at client ip link add gr type gre remote $server local $client key 9
at server ip link add gr type gre remote $client local $server key 9
net=5
pairs=("$client" "$server" fd77::1 fd77::2)
for device in "c0.5 s0.5" "gr gr" "si si"; do
	at client ip addr add 10.77.$net.1/24 dev "${device% *}"
	at server ip addr add 10.77.$net.2/24 dev "${device#* }"
	at client ip addr add fd77:$net::1/64 dev "${device% *}" nodad
	at server ip addr add fd77:$net::2/64 dev "${device#* }" nodad
	at client ip link set "${device% *}" up mtu 1400
	at server ip link set "${device#* }" up mtu 1400
	at client ping -c 1 -W 3 -q fd77:$net::2 >/dev/null || die "no ping on $device"
	pairs+=("fd77:$net::1" "fd77:$net::2")
	[ "$net" = 7 ] || pairs+=("10.77.$net.1" "10.77.$net.2") # sit has IPv6 only
	net=$((net + 1))
done

# side NUMBER NAME ARGS...: a trace in the background.
traces=()
side() {
	local file=/run/side.$1.$2
	shift 2
	rm -f "$file.ready"
	skbtrace --json --buffer 4M --ready-file "$file.ready" "$@" >"$file" 2>"$file.errors" &
	traces+=($!)
}

# events_of FILE: what can be compared of those of the time that all traces were there.
events_of() {
	jq -r --argjson from "$from" --argjson to "$to" 'select((.type == "path" or .type == "drop") and .ts > $from and .ts < $to)
		| [.func, .location, .skb, .ifname, .len, .proto, .src, .dst, .sport, .dport, .pkt_type, .mark] | @tsv' "$1" | sort
}

for i in "${!expressions[@]}"; do
	hooks=()
	[ "$i" != 0 ] || [ "$(backends)" = kprobe ] || hooks=(--all)
	side "$i" place "${hooks[@]}" "${expressions[i]}"
	side "$i" copy "${hooks[@]}" "(${expressions[i]}) or $nobody"
done
for _ in $(seq 1200); do
	[ "$(find /run -name 'side.*.ready' | wc -l)" != ${#traces[@]} ] || break
	sleep 0.1
done
[ "$(find /run -name 'side.*.ready' | wc -l)" = ${#traces[@]} ] || die "not ready: $(cat /run/side.*.errors)"
from=$(date +%s%N)
at client python3 "$programs/flows.py" "${pairs[@]}" || die "no flows"
at client ping -c 2 -i 0.2 -s 3000 -q $server >/dev/null || fail "no ping in fragments"
at client ip neigh flush dev c0
at client ping -c 1 -q $server >/dev/null
echo x | at client timeout 1 nc -w 1 $server 443 # nobody listens
sleep 1
to=$(date +%s%N)
kill -INT "${traces[@]}"
wait "${traces[@]}"
for i in "${!expressions[@]}"; do
	events_of "/run/side.$i.place" >/run/place
	events_of "/run/side.$i.copy" >/run/copy
	echo "'${expressions[i]}': $(wc -l </run/place) events"
	[ -s /run/place ] || fail "'${expressions[i]}': nothing matches"
	comm -3 /run/place /run/copy >/run/differ
	[ ! -s /run/differ ] || fail "'${expressions[i]}': $(wc -l </run/differ) lines are of one only: $(head -n 20 /run/differ)"
done
events=/run/none
done_testing
