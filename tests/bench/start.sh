#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs in a test machine: seconds from the start of a tool until it traces and from SIGINT until it is gone, and the most memory that
# it had resident in between. With the argument "slow" the slow rows of start.tsv are measured on every kernel.
table=start
# shellcheck source=tests/bench/guest.sh
. "$(dirname "$0")/guest.sh"

# since TIME: seconds, of $EPOCHREALTIME.
since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

# has_multi: whether this kernel attaches many probes at once.
has_multi() { grep -q ' register_fprobe_ips$' /proc/kallsyms; }

# measure ROW TOOL ARGS...
measure() {
	local row=$1 begin status=0
	shift
	start "$@" || status=$?
	if [ $status != 0 ]; then
		figure "$row" "ready s" -
		return
	fi
	figure "$row" "ready s" "$(since "$began")"
	sleep 2
	figure "$row" "memory MB" "$(memory)"
	begin=$EPOCHREALTIME
	stop
	figure "$row" "exit s" "$(since "$begin")"
}

mount_peers
while IFS=$'\t' read -r row command; do
	if [[ $command == slow:* ]] && [ "${1:-}" != slow ] && ! has_multi; then
		figure "$row" "ready s" -
		continue
	fi
	# shellcheck disable=SC2086 # a list of words
	measure "$row" ${command#slow:}
done < <(rows start.tsv)
