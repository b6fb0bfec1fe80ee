#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# test-kernels.sh [KERNEL...] [SCENARIO...]: boots the kernels (default: all), two at a time, and runs the scenarios (default:
# all) in each. What is no test kernel, and all behind "--", is a scenario. Lines come as "[KERNEL] ok NAME", whole output also in build/vm-KERNEL.log. A machine that dies is a failure.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
export SKBTRACE_VM_TIMEOUT=${SKBTRACE_VM_TIMEOUT:-5100}
# Emulated, page tables that change at each system call and calls by return double the time of most scenarios.
export SKBTRACE_VM_APPEND=${SKBTRACE_VM_APPEND-mitigations=off}

read -ra known <<<"$("$vm_dir/series.sh")"
kernels=()
scenarios=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	if [[ " ${known[*]} " == *" $1 "* ]]; then
		kernels+=("$1")
	else
		scenarios+=("$1")
	fi
	shift
done
scenarios+=("${@:2}")
# Who names nothing gets a sample, which ends in an hour also on a slow machine.
run=(/skbtrace/tests/vm/run-scenarios.sh)
[ ${#kernels[@]} -gt 0 ] || [ ${#scenarios[@]} -gt 0 ] || SKBTRACE_SAMPLE=1
[ -z "${SKBTRACE_SAMPLE:-}" ] || run=(env SKBTRACE_SAMPLE=1 "${run[@]}")
# The newest first, which takes longest.
[ ${#kernels[@]} -gt 0 ] || for series in "${known[@]}"; do kernels=("$series" "${kernels[@]}"); done

test_kernel() {
	local series=$1 status=0
	{
		"$vm_dir/boot.sh" "$series" "${run[@]}" "${scenarios[@]}" 2>&1 || status=$?
		# 0 and 1 are the scenario runner's own.
		[ "$status" -le 1 ] || echo "not ok machine (status $status)"
	} | tee "$top_dir/build/vm-$series.log" | sed -u "s/^/[$series] /"
}

mkdir -p "$top_dir/build"
# One after the other, so that two machines do not wait for the same download.
"$vm_dir/prepare.sh" "${kernels[@]}"
running=0
for series in "${kernels[@]}"; do
	if [ "$running" = 2 ]; then
		wait -n
		running=1
	fi
	test_kernel "$series" &
	running=$((running + 1))
done
wait
