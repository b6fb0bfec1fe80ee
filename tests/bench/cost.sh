#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in a test machine whose clock counts instructions: what a packet costs, without a tool and with each row of cost.tsv.
# Columns: the sender's clock for a packet; what the tool added to it; how much of that its process used (the rest is the probes); added
# and the tool's work left when the sender was done; events printed for the packets, and events lost.
table=cost
# shellcheck source=tests/bench/guest.sh
. "$(dirname "$0")/guest.sh"
packets=1000

send() { udp_cost client server "$server" "$@"; }

# measure ROW TOOL ARGS...
measure() {
	local row=$1 status=0 few sending during all printed lost
	shift
	start "$@" || status=$?
	if [ $status != 0 ]; then
		figure "$row" sending -
		return
	fi
	sleep 3
	few=$(send 90 "$tool" "$lines" >/dev/null; packet_lines)
	read -r sending during all < <(send $packets "$tool" "$lines")
	printed=$(($(packet_lines) - few))
	stop
	lost=$(lost_events)
	# pwru does not count what it loses. 10 packets go before the clock starts, each time.
	[ "$1" != pwru ] || lost=$((few * (packets + 10) / 100 - printed))
	figure "$row" sending "$sending"
	figure "$row" added $((sending - untraced))
	figure "$row" "of it tool" "$during"
	figure "$row" "in all" $((sending - during + all - untraced))
	figure "$row" events "$printed"
	figure "$row" lost "${lost:--}"
}

steady_pair
mount_peers
# The kernel still works for some seconds after booting; an idle machine sleeps in no time.
sleep 20
read -r untraced _ < <(send $packets)
figure untraced sending "$untraced"
while IFS=$'\t' read -r row command; do
	# shellcheck disable=SC2086 # a list of words
	measure "$row" $command
done < <(rows cost.tsv)
