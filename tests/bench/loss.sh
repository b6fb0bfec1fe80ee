#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in a test machine: a flood of packets that all match, and how many of its events a tool printed and lost.
table=loss
# shellcheck source=tests/bench/guest.sh
. "$(dirname "$0")/guest.sh"
seconds=5

flood() { udp_cost -s $seconds client server "$server"; }

# measure ROW TOOL ARGS...
measure() {
	local row=$1 status=0 few=0 sent lost hits events
	shift
	start "$@" || status=$?
	if [ $status != 0 ]; then
		figure "$row" packets -
		return
	fi
	sleep 2
	if [ "$1" = pwru ]; then
		# What it loses it does not count: the lines of a few packets tell how many each packet makes.
		udp_cost client server "$server" 90 "$tool" "$lines" >/dev/null
		few=$(packet_lines)
	fi
	sent=$(flood)
	settle
	stop
	events=$(($(packet_lines) - few))
	lost=$(lost_events)
	[ "$1" != pwru ] || lost=$((few * sent / 100 - events))
	hits=$((events + lost))
	figure "$row" packets "$sent"
	figure "$row" hits "$hits"
	figure "$row" printed "$events"
	figure "$row" lost "$lost"
	figure "$row" "lost %" "$(awk -v l="$lost" -v h="$hits" 'BEGIN { printf "%.1f", h ? 100 * l / h : 0 }')"
}

steady_pair
mount_peers
figure untraced packets "$(flood)"
while IFS=$'\t' read -r row command; do
	# shellcheck disable=SC2086 # a list of words
	measure "$row" $command
done < <(rows loss.tsv)
