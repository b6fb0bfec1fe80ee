#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# boot.sh SERIES [COMMAND...]: boots a test kernel with the built skbtrace inside. Without COMMAND: a shell on the console.
# With one argument: a bash script; with several: a command and its arguments. Their stdout, stderr and exit status become ours.
# 124: not done within SKBTRACE_VM_TIMEOUT seconds (300); 125: the machine died (the end of its console is shown).
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

build_dir=${SKBTRACE_VM_BUILD:-$top_dir/build}
limit=${SKBTRACE_VM_TIMEOUT:-300}

# make_payload: the disk with skbtrace, its tests, and what to run, mounted on /skbtrace.
make_payload() {
	local dir=$work/payload programs
	mkdir -p "$dir/run" "$dir/bin"
	cp -r "$top_dir/tests" "$dir/"
	if [ -z "${SKBTRACE_VM_NOBUILD:-}" ] || [ -x "$build_dir/tracer/skbtrace" ]; then
		cmake --install "$build_dir" --prefix "$dir" --strip >/dev/null
	fi
	# Scenarios and benchmarks hold skbtrace count against it.
	[ ! -x "$build_dir/tests/bench/pcap_count" ] || cp "$build_dir/tests/bench/pcap_count" "$dir/bin/"
	IFS=: read -ra programs <<<"${SKBTRACE_VM_PROGRAM:-}"
	[ ${#programs[@]} = 0 ] || cp "${programs[@]}" "$dir/bin/"
	echo "$series" >"$dir/run/series"
	case $# in
	0) { stty size </dev/tty || echo 24 80; } >"$dir/run/console" 2>/dev/null ;;
	1) printf '%s\0' bash -c "$1" >"$dir/run/argv" ;;
	*) printf '%s\0' "$@" >"$dir/run/argv" ;;
	esac
	make_disk "$dir" "$work/payload.ext4"
}

# A comma in a path would end QEMU's option, so everything is named relative to the working directory.
disk() {
	[ $# = 1 ] || ln -s "$2" "$1"
	qemu+=(-drive "file=$1,format=raw,if=virtio,snapshot=on")
}

port() { qemu+=(-chardev "file,id=$1,path=$1" -device "virtserialport,chardev=$1,name=$1"); }

# Some machines have a /dev/kvm that fails on the first vector instruction; the processor flag tells a real one.
accelerators() {
	if [ -z "${SKBTRACE_VM_ICOUNT:-}" ] && [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then
		qemu+=(-accel kvm)
	fi
	qemu+=(-accel tcg)
}

# With SKBTRACE_VM_ICOUNT the machine's clock counts instructions, one a nanosecond: costs that repeat whatever the host does.
processors() {
	if [ -n "${SKBTRACE_VM_ICOUNT:-}" ]; then
		qemu+=(-icount "shift=0,sleep=off" -smp 1)
	else
		qemu+=(-smp 2)
	fi
}

machine() {
	qemu=(qemu-system-x86_64)
	accelerators
	processors
	qemu+=(-cpu Skylake-Client -m 1024 -nodefaults -display none -no-reboot)
	qemu+=(-kernel "$kernel/vmlinuz" -initrd "$kernel/initrd")
	# no_timer_check: on a busy host the kernel waits in vain for the emulated timer, and panics.
	qemu+=(-append "console=ttyS0 quiet panic=-1 oops=panic no_timer_check ${SKBTRACE_VM_APPEND:-}")
	disk root.ext4 "$rootfs"
	disk modules.ext4 "$kernel/modules.ext4"
	disk payload.ext4
	[ -z "${SKBTRACE_VM_DISK:-}" ] || disk extra.ext4 "$SKBTRACE_VM_DISK"
}

interactive() {
	note "booting $(cat "$kernel/version"); leave with \"exit\", or end the machine with Ctrl-A x"
	qemu+=(-serial mon:stdio)
	"${qemu[@]}" 2> >(grep -v 'warning: TCG' >&2)
}

# end_machine: also when we are told to stop, nothing may stay behind.
end_machine() {
	kill "${children[@]}" 2>/dev/null || true
	rm -rf "$work"
}

run_command() {
	local status=0 vm first
	qemu+=(-serial file:console -device virtio-serial-pci)
	port status
	port stdout
	port stderr
	mkfifo stdout stderr
	cat stdout &
	children=($!)
	cat stderr >&2 &
	children+=($!)
	timeout --foreground -k 5 "$limit" "${qemu[@]}" </dev/null >qemu.log 2>&1 &
	vm=$!
	children+=("$vm")
	wait -n -p first "${children[@]}" || status=$?
	if [ "$first" != "$vm" ]; then
		# Our reader went away: nobody wants the rest.
		[ "$status" = 0 ] || return 141
		wait "$vm" || status=$?
	fi
	# If QEMU never opened them, the two cats still wait for a writer.
	: <>stdout <>stderr
	wait "${children[@]:0:2}" || true
	if grep -q '^exit ' status 2>/dev/null; then
		return "$(awk '$1 == "exit" { print $2 }' status)"
	fi
	report_death "$status"
}

# report_death STATUS: of a machine that ended before its command did; STATUS is timeout's.
report_death() {
	grep -v 'warning: TCG' qemu.log >&2 || true
	if [ -e console ]; then
		mkdir -p "$top_dir/build"
		tr -d '\r' <console >"$top_dir/build/vm-$series-console.log"
		tail -n 40 "$top_dir/build/vm-$series-console.log" >&2
	fi
	if [ "$1" = 124 ] || [ "$1" = 137 ]; then
		note "$series: not done after $limit s; SKBTRACE_VM_TIMEOUT=SECONDS allows more"
		return 124
	fi
	note "$series: the test machine died; above is the end of build/vm-$series-console.log"
	return 125
}

[ $# -ge 1 ] || die "usage: boot.sh SERIES [COMMAND...]"
series=$1
shift
kernel=$("$vm_dir/get-kernel.sh" "$series")
rootfs=$("$vm_dir/get-rootfs.sh")
work=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-vm.XXXXXX")
children=()
trap end_machine EXIT
trap 'exit 143' INT TERM HUP
make_payload "$@"
cd "$work"
machine
if [ $# = 0 ]; then
	interactive
else
	run_command
fi
