# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# kernels: 5.10 7.3
# What the filter excludes gives no event at all, whatever else is on the wire; what it includes is complete.
. "$(dirname "$0")/lib.sh"
pair
traffic() {
	at client ping -c 3 -i 0.2 -q $server >/dev/null
	echo x | at client nc -u -w 1 $server 1001
	echo x | at client nc -u -w 1 $server 1002
	at client ping -c 1 -q fd77::2 >/dev/null
}
trace udp port 1001 or arp
traffic
finish
expect "the flow that was asked for" '$all | any(.proto == "UDP" and .dport == 1001)'
expect "nothing else" '$all | all(.proto == "ARP" or (.proto == "UDP" and .dport == 1001))'
summary=$(jq -s 'last' "$events")
echo "$summary" | jq -e '.hits > .matched and .matched == .emitted + .lost and .lost == 0' >/dev/null ||
	fail "hits do not add up: $summary"

trace host 10.99.99.99
traffic
finish
expect "no event for an address that is not there" '$all | length == 0'
jq -s -e 'last | .hits > 50 and .matched == 0 and .emitted == 0' "$events" >/dev/null || fail "summary: $(tail -n 1 "$events")"
done_testing
