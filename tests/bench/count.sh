#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in a test machine whose clock counts instructions: what counting costs a packet, by skbtrace count and by libpcap (pcap_count), on
# the same interface and with the same expression, and that both count the same.
# Columns: the sender's clock for a packet; what the tool added to it; how much of that its process used; added and the process's work until
# a second later, less what it does in that time without packets; packets and bytes counted.
table=count
# shellcheck source=tests/bench/guest.sh
. "$(dirname "$0")/guest.sh"
packets=5000

send() { udp_cost client server "$server" "$@"; }
skbtrace_tool() { exec skbtrace count --json --ready-file "$ready" "$@" 60; }
libpcap_tool() { exec ip netns exec client pcap_count "${2}" "$ready" "$3"; }
has_options() { true; }

# used: nanoseconds (here instructions) that the tool's process has run.
used() { cut -d ' ' -f 1 "/proc/$tool/schedstat"; }

# counted: packets and bytes, in and out, by the tool's own account.
counted() {
	if [ "$1" = libpcap ]; then
		cut -d ' ' -f 1,2 $lines
	else
		jq -r 'select(.type == "summary") | .totals[0] | "\(.in_packets + .out_packets) \(.in_bytes + .out_bytes)"' $lines
	fi
}

# measure ROW TOOL ARGS...
measure() {
	local row=$1 before idle sending during work count bytes
	shift
	start "$@" || { figure "$row" sending -; return; }
	sleep 2
	before=$(used)
	sleep 1.5
	idle=$(($(used) - before))
	before=$(used)
	read -r sending during _ < <(send $packets "$tool" /dev/null)
	sleep 1.5
	work=$((($(used) - before - idle) / packets))
	stop
	read -r count bytes < <(counted "$1")
	figure "$row" sending "$sending"
	figure "$row" added $((sending - untraced))
	figure "$row" "of it tool" "$during"
	figure "$row" "in all" $((sending - during + work - untraced))
	figure "$row" packets "$count"
	figure "$row" bytes "$bytes"
}

steady_pair
echo "# Linux $(uname -r), $(skbtrace -V | head -n 1)"
# The kernel still works for some seconds after booting; an idle machine sleeps in no time.
sleep 20
read -r untraced _ < <(send $packets)
figure untraced sending "$untraced"
while IFS=$'\t' read -r row tool_name iface expression; do
	measure "$row" "$tool_name" -i "$iface" "$expression"
done < <(rows count.tsv)
