# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What scenarios share: namespaces, a running trace, and questions about the events it gave.
#
#	pair				client (10.77.1.1, c0) and server (10.77.1.2, s0) on one veth
#	router				client (c0) - router (r0, r1) - server (10.77.8.131, s0)
#	trace ARGS...			starts skbtrace --json in the background, returns when it is ready
#	finish				stops it with SIGINT; its events are in $events, its stderr in $errors
#	expect WHAT JQ			fails unless JQ holds; $all is the array of all events, in order of time
#	refute WHAT JQ			fails if it holds
#	exits CODE WHAT ARGS...		runs skbtrace and checks exit code and that its one line says WHAT
#	sender SIZE COUNT PORT...	sends UDP packets of a size that tells them apart, to ports in turn
#	backends			prints the names of the backends that this kernel has, the automatic one first
set -u
events=/run/events.json errors=/run/errors.txt ready=/run/skbtrace.ready
client=10.77.1.1
failures=0
tracer=

fail() {
	echo "FAILED: $*"
	failures=$((failures + 1))
}

die() {
	echo "BROKEN: $*"
	exit 1
}

# namespace NAME: made with its loopback up and without the noise of IPv6 autoconfiguration.
namespace() {
	ip netns add "$1" || die "no namespace $1"
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.accept_ra=0 net.ipv6.conf.default.router_solicitations=0
	ip -n "$1" link set lo up
}

# cable NS1 IF1 ADDR1 NS2 IF2 ADDR2: a veth between two namespaces, both ends up.
cable() {
	ip link add "$2" netns "$1" type veth peer name "$5" netns "$4" || die "no veth"
	[ "$3" = - ] || ip -n "$1" addr add "$3" dev "$2"
	[ "$6" = - ] || ip -n "$4" addr add "$6" dev "$5"
	ip -n "$1" link set "$2" up
	ip -n "$4" link set "$5" up
}

pair() {
	server=10.77.1.2
	namespace client
	namespace server
	cable client c0 $client/24 server s0 $server/24
	ip -n client -6 addr add fd77::1/64 dev c0 nodad
	ip -n server -6 addr add fd77::2/64 dev s0 nodad
	# Neighbours are learned now, so that a trace begins with the packet that a test sends.
	ip netns exec client ping -c 1 -W 2 -q $server >/dev/null || die "no ping over the pair"
	ip netns exec client ping -c 1 -W 2 -q fd77::2 >/dev/null || die "no IPv6 ping over the pair"
}

router() {
	server=10.77.8.131
	namespace client
	namespace router
	namespace server
	cable client c0 $client/24 router r0 10.77.1.254/24
	cable router r1 10.77.8.254/24 server s0 $server/24
	ip -n client route add default via 10.77.1.254
	ip -n server route add default via 10.77.8.254
	ip netns exec router sysctl -qw net.ipv4.ip_forward=1
	ip netns exec client ping -c 1 -W 2 -q $server >/dev/null || die "no ping through the router"
}

backends() {
	case $KERNEL in
	5.10 | 6.1) echo kprobe ;;
	6.*) echo kprobe.multi kprobe ;;
	*) echo kprobe.multi kprobe fentry.multi ;;
	esac
}

# sender SIZE COUNT PORT...: a task on processor 0 that sends UDP packets from the client's port 10000 + SIZE to the server's ports
# in turn. What a firewall refuses it does not mind.
sender() {
	taskset -c 0 ip netns exec client python3 - "$client" "$server" "$@" <<'PY'
import socket, sys
client, server, size, count, *ports = *sys.argv[1:3], *map(int, sys.argv[3:])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((client, 10000 + size))
for n in range(count):
    try:
        s.sendto(bytes(size), (server, ports[n % len(ports)]))
    except PermissionError:
        pass
PY
}

# at NS COMMAND...
at() { ip netns exec "$@"; }

trace() {
	rm -f "$ready" "$events" "$errors"
	skbtrace --json --ready-file "$ready" "$@" >"$events" 2>"$errors" &
	tracer=$!
	for _ in $(seq 1800); do
		[ ! -e "$ready" ] || return 0
		kill -0 "$tracer" 2>/dev/null || die "skbtrace $* ended: $(cat "$errors")"
		sleep 0.1
	done
	die "skbtrace $* is not ready after three minutes: $(cat "$errors")"
}

finish() {
	local status
	sleep 0.5
	kill -INT "$tracer" 2>/dev/null
	wait "$tracer"
	status=$?
	[ $status = 0 ] || fail "skbtrace ended with $status: $(cat "$errors")"
	tail -n 1 "$events" | jq -e '.type == "summary"' >/dev/null || fail "the last line is not the summary"
}

# Runs jq on the events: $all without the summary and in order of time, $path, $drop, $summary.
# Functions for questions: funcs(list) = names in order; subsequence(wanted) = they occur in that order;
# line(id) = the packet's number, its parent's, and so on.
ask() {
	jq -r -s '
		def funcs: map(.func);
		def subsequence($wanted): reduce .[] as $f ($wanted; if length > 0 and .[0] == $f then .[1:] else . end) | length == 0;
		last as $summary | map(select(.type != "summary" and .type != "lost")) | sort_by(.ts) as $all
		| ($all | map({key: (.packet_id | tostring), value: .parent_id}) | from_entries) as $parents
		| def line($id): [$id | recurse($parents[tostring] // empty)];
		($all | map(select(.type == "path"))) as $path
		| ($all | map(select(.type == "drop"))) as $drop
		| '"$1" "$events"
}

show() { jq -c 'select(.type != "summary") | [.type, .func, .pkt_type, .netns_name, .ifname, .packet_id, .parent_id, .proto, .src, .dst, .reason, .location, .context, .pid, .owner_pid]' "$events"; }

expect() {
	[ "$(ask "$2")" = true ] && return
	fail "expected: $1 ($2)"
}

refute() {
	[ "$(ask "$2")" = false ] && return
	fail "not expected: $1 ($2)"
}

exits() {
	local code=$1 what=$2 status text
	shift 2
	text=$(timeout 180 skbtrace "$@" 2>&1 >/dev/null)
	status=$?
	[ $status = "$code" ] || fail "skbtrace $* exits with $status, not $code: $text"
	[[ $text == *"$what"* ]] || fail "skbtrace $* does not say \"$what\" but: $text"
}

done_testing() {
	if [ $failures != 0 ]; then
		[ ! -e "$errors" ] || sed 's/^/stderr: /' "$errors"
		[ ! -e "$events" ] || show | head -n 80
		exit 1
	fi
	exit 0
}
