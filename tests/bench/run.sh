#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [WHAT [ARGS...]]: what ./dev bench measures next to filters. Without WHAT everything. docs/PERFORMANCE.md explains the tables.
#	cost [KERNEL...]		instructions a packet
#	start [--slow] [KERNEL...]	seconds to start and to leave, memory
#	loss [KERNEL...]		events lost in a flood
#	count [KERNEL...]		skbtrace count next to libpcap: totals, instructions a packet
#	decode				lines a second from records
# SKBTRACE_BENCH_FIGURES=FILE keeps the bare figures.
set -euo pipefail
bench_dir=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$bench_dir/../.." && pwd)
build=${SKBTRACE_VM_BUILD:-$top/build}
figures=${SKBTRACE_BENCH_FIGURES:-}

# in_vm KERNEL SCRIPT [ARG]: the figures that a script of this directory prints in a test machine.
in_vm() {
	SKBTRACE_VM_DISK=$("$top/tests/vm/get-peers.sh") SKBTRACE_VM_PROGRAM=$build/tests/bench/udp_cost \
		SKBTRACE_VM_TIMEOUT=${SKBTRACE_VM_TIMEOUT:-1500} "$top/tests/vm/boot.sh" "$1" \
		bash "/skbtrace/tests/bench/$2" "${@:3}" >>"$figures"
}

cost() {
	local series
	[ $# -gt 0 ] || set -- 6.18 7.3
	for series; do
		SKBTRACE_VM_ICOUNT=1 in_vm "$series" cost.sh
	done
}

start() {
	local series slow=
	if [ "${1:-}" = --slow ]; then
		slow=slow
		shift
	fi
	[ $# -gt 0 ] || set -- 5.10 6.1 6.18 7.3
	for series; do
		in_vm "$series" start.sh $slow
	done
}

loss() {
	local series
	[ $# -gt 0 ] || set -- 6.18 7.3
	for series; do
		in_vm "$series" loss.sh
	done
}

count() {
	local series
	[ $# -gt 0 ] || set -- 6.18 7.3
	for series; do
		SKBTRACE_VM_ICOUNT=1 SKBTRACE_VM_PROGRAM=$build/tests/bench/udp_cost \
			"$top/tests/vm/boot.sh" "$series" bash /skbtrace/tests/bench/count.sh >>"$figures"
	done
}

decode() { "$build/tests/bench/decode_bench" >>"$figures"; }

if [ -z "$figures" ]; then
	figures=$(mktemp)
	trap 'rm -f "$figures"' EXIT
fi
case ${1:-} in
cost | start | loss | count | decode) "$@" ;;
*)
	cost
	start
	loss
	count
	decode
	;;
esac
awk -f "$bench_dir/report.awk" "$bench_dir/targets.tsv" "$figures"
