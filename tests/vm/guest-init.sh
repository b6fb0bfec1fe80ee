#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Process 1 of a test machine, from the payload disk: mounts what tests need, then runs either the command in /skbtrace/run/argv
# or a shell on the console, and powers off.
# The command's stdout, stderr and exit status leave through three virtio ports, which lose nothing and add nothing.

mounts() {
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mount -t tmpfs -o mode=755 run /run
	mount -t tmpfs tmp /tmp
	mkdir -p /dev/pts /dev/shm
	mount -t devpts devpts /dev/pts
	mount -t tmpfs shm /dev/shm
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing
	mount -t securityfs securityfs /sys/kernel/security
	mount -t bpf bpf /sys/fs/bpf
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	ln -sfn /proc/self/fd /dev/fd
	ln -sfn /proc/self/fd/0 /dev/stdin
	ln -sfn /proc/self/fd/1 /dev/stdout
	ln -sfn /proc/self/fd/2 /dev/stderr
}

# port NAME: the device of a virtio port.
port() {
	local dir
	for dir in /sys/class/virtio-ports/*; do
		[ "$(cat "$dir/name")" = "$1" ] && echo "/dev/${dir##*/}"
	done
}

# end_others PID...: kills every process but these, process 1 and the caller.
end_others() {
	local pid
	for pid in /proc/[0-9]*; do
		pid=${pid#/proc/}
		[[ " 1 $BASHPID $* " == *" $pid "* ]] || kill -KILL "$pid" 2>/dev/null
	done
}

# The command writes into pipes and two cats feed the ports: a port can be opened only once, and commands that open
# /dev/stderr again would fail.
run_command() {
	local -a argv
	local out err status
	mapfile -d '' -t argv </skbtrace/run/argv
	exec 3>"$(port status)"
	mkfifo /run/out /run/err
	cat /run/out >"$(port stdout)" &
	out=$!
	cat /run/err >"$(port stderr)" &
	err=$!
	echo start >&3
	"${argv[@]}" </dev/null >/run/out 2>/run/err 3>&-
	status=$?
	# What the command left running may keep the pipes open: two seconds for the rest, then it is killed.
	(sleep 2 && end_others "$out" "$err") &
	wait "$out" "$err"
	echo "exit $status" >&3
}

console_shell() {
	local rows columns
	read -r rows columns </skbtrace/run/console
	stty rows "$rows" cols "$columns" </dev/ttyS0
	export PS1='\H:\w\$ '
	setsid -c bash -l </dev/ttyS0 >/dev/ttyS0 2>&1
}

export PATH=/skbtrace/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=linux LC_ALL=C.UTF-8
mounts
read -r KERNEL </skbtrace/run/series
export KERNEL
echo "skbtrace-$KERNEL" >/proc/sys/kernel/hostname
sysctl -qw kernel.printk="3 4 1 3"
ip link set lo up
cd /root || exit 1
if [ -e /skbtrace/run/argv ]; then
	run_command
else
	console_shell
fi
sync
exec busybox poweroff -f
