# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the demos share. They make namespaces of their own, show the commands, and leave nothing behind.
#
#	namespace VAR NAME	makes a namespace with its loopback up; VAR is its name: NAME, or another if that is taken
#	cable NS IF ADDR NS IF ADDR
#	run COMMAND...		shows a command, then runs it
#	trace ARGS...		starts skbtrace, shown; returns when it is ready
#	finish			stops it, and waits for what it still has to say
set -eu
spaces=()
tracer=
ready=$(mktemp -u)
helpers=()

cleanup() {
	[ -z "$tracer" ] || kill -INT "$tracer" 2>/dev/null || true
	for pid in "${helpers[@]}"; do kill "$pid" 2>/dev/null || true; done
	for space in "${spaces[@]}"; do ip netns del "$space" 2>/dev/null || true; done
	rm -f "$ready"
}
trap cleanup EXIT

run() {
	echo "# $*"
	"$@"
}

namespace() {
	local name=$2
	[ ! -e "/run/netns/$name" ] || name=$2-$$
	printf -v "$1" %s "$name"
	run ip netns add "$name"
	spaces+=("$name")
	ip -n "$name" link set lo up
}

cable() {
	run ip link add "$2" netns "$1" type veth peer name "$5" netns "$4"
	run ip -n "$1" addr add "$3" dev "$2"
	run ip -n "$4" addr add "$6" dev "$5"
	ip -n "$1" link set "$2" up
	ip -n "$4" link set "$5" up
}

at() { ip netns exec "$@"; }

# in_background COMMAND...: until the end of the demo.
in_background() {
	echo "# $* &"
	"$@" &
	helpers+=($!)
}

trace() {
	echo "# skbtrace $*"
	skbtrace "$@" --ready-file "$ready" 2>&1 &
	tracer=$!
	while [ ! -e "$ready" ]; do
		kill -0 "$tracer"
		sleep 0.1
	done
}

finish() {
	sleep 0.5
	kill -INT "$tracer"
	wait "$tracer"
	tracer=
}
