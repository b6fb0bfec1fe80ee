#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run-scenarios.sh [NAME...]: runs INSIDE a test machine. Each tests/scenarios/NAME.sh runs in a bash of its own; exit status 0 is
# a pass, 77 a skip (its last line says why), anything else a failure. In the first ten lines a scenario may say
# "# timeout: SECONDS" (default 120), what it takes at most on an idle computer: it is given three times that, as two machines share
# a computer that may have other work. "# kernels: 6.12 6.18 7.3" says where it can run (default: on all), and "# sample: 5.10 7.3" where
# it does if SKBTRACE_SAMPLE is set: as 6.1 attaches like 5.10, and 6.12 like 6.18, many need not run on each. Files called lib*.sh
# are not scenarios.
# Prints "ok NAME (3.2 s)", "not ok NAME (why)" followed by the output, or "skip NAME (why)".
# A scenario of many cases prints such a line for each, "ok NAME/CASE", to its file descriptor 3, which is our stdout. With
# NAME/CASE for NAME it is told to run this case alone: the file is NAME.sh, with CASE as argument.
dir=$(cd "$(dirname "$0")/../scenarios" && pwd) || exit 2
log=/run/scenario.log
failed=0

# head_value KEY FILE: what the scenario says about itself.
head_value() { sed -n "1,10s/^# $1: *//p" "$2"; }

# run_one LIMIT FILE [CASE]: its output goes to $log. timeout(1) makes a process group of its own, so nothing outlives it.
run_one() {
	local pid status
	timeout -k 5 "$1" bash "${@:2}" 3>&1 >"$log" 2>&1 </dev/null &
	pid=$!
	wait "$pid"
	status=$?
	kill -KILL -- "-$pid" 2>/dev/null
	ip -all netns delete
	return "$status"
}

report() {
	local name=$1 status=$2 seconds=$3 limit=$4
	case $status in
	0) echo "ok $name ($seconds s)" ;;
	77) echo "skip $name ($(tail -n 1 "$log"))" ;;
	*)
		failed=1
		case $status in
		124 | 137) echo "not ok $name (not done after $limit s)" ;;
		*) echo "not ok $name (status $status, $seconds s)" ;;
		esac
		sed 's/^/    /' "$log"
		;;
	esac
}

# scenario FILE [CASE]
scenario() {
	local file=$1 name limit kernels sample begin status
	name=$(basename "$file" .sh)
	kernels=$(head_value kernels "$file")
	if [ -n "$kernels" ] && [[ " $kernels " != *" $KERNEL "* ]]; then
		echo "skip $name (only for $kernels)"
		return
	fi
	sample=$(head_value sample "$file")
	if [ -n "${SKBTRACE_SAMPLE:-}" ] && [ -n "$sample" ] && [[ " $sample " != *" $KERNEL "* ]]; then
		echo "skip $name (in a run of everything only for $sample)"
		return
	fi
	limit=$(head_value timeout "$file")
	limit=$((3 * ${limit:-120}))
	begin=${EPOCHREALTIME/./}
	run_one "$limit" "$@"
	status=$?
	report "$name" "$status" "$(awk -v us=$((${EPOCHREALTIME/./} - begin)) 'BEGIN { printf "%.1f", us / 1e6 }')" "$limit"
}

if [ $# = 0 ]; then
	# lib*.sh is what scenarios share.
	mapfile -t all < <(find "$dir" -maxdepth 1 -name '*.sh' ! -name 'lib*' -printf '%f\n' | sort)
	set -- "${all[@]}"
fi
for name; do
	name=${name%.sh}
	file=$dir/${name%%/*}.sh
	if [[ $name == */* ]] && [ -r "$file" ] && [ -r "$dir/$name.sh" ]; then
		scenario "$file" "${name#*/}"
	elif [ -r "$dir/$name.sh" ]; then
		scenario "$dir/$name.sh"
	else
		failed=1
		echo "not ok $name (there is no such scenario)"
	fi
done
# Not a failure by itself, as a slow host alone can cause some of these; an oops has ended the machine already.
dmesg | grep -E '\] (WARNING|BUG|INFO: task|rcu: INFO)' | sed 's/^/# kernel: /'
exit "$failed"
