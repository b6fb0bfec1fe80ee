# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the causes in drops/ share. Each has namespaces and a subnet number of its own ($name.a, $name.b, ..., $n), so that a drop
# tells by itself whose it is, and all of them happen in one run of skbtrace.
#
#	pair			a (a0, $a, $a6) and b (b0, $b, $b6) on one veth
#	routed			a (a0) - r (ra, rb) - b (b0, $far, $far6)
#	bridged [OPTIONS]	a (a0) - r (pa, pb in the bridge sw) - b (b0): one subnet
#	at NS COMMAND...	in the namespace $name.NS
#	in_ns NS <<<LINES	a batch of ip(8) there
#	udp NS ADDR PORT [SIZE]	sends a datagram from a shell
#	frame NS ARGS...	sends what no socket would: programs/frame.py
#	patient ROUTE		TCP from a by this route sends nothing twice only because the machine is slow
#	serve NS PROGRAM ARGS..	starts programs/PROGRAM ARGS READY in the background, returns when the file READY is there
#
# MAC addresses are 02:00:00:00:00:XX with XX = a0, b0, ra, rb as the interface (0a, 0b for ra, rb). Neighbours are permanent:
# nothing is asked and nothing is missed that the cause does not ask for.
programs=$(dirname "${BASH_SOURCE[0]}")/programs
mac=02:00:00:00:00

# subnet NUMBER: the addresses of the cause.
subnet() {
	n=$1
	a=10.$n.1.1 a6=fd77:$n:1::1
	b=10.$n.1.2 b6=fd77:$n:1::2
	far=10.$n.8.1 far6=fd77:$n:8::1
}

at() {
	local ns=$1
	shift
	ip netns exec "$name.$ns" "$@"
}

in_ns() { ip -n "$name.$1" -batch - || echo "no batch in $name.$1"; }

set_sysctl() { at "$1" sysctl -qw "${@:2}"; }

# veth NS1 IF1 MAC1 NS2 IF2 MAC2
veth() {
	ip link add "$2" address "$mac:$3" netns "$name.$1" type veth peer name "$5" address "$mac:$6" netns "$name.$4"
}

# host IF ADDR ADDR6: what all ends have.
host() {
	cat <<-END
		link set lo up
		link set $1 up
		addr add $2/24 dev $1
		addr add $3/64 dev $1 nodad
	END
}

# knows IF ADDR ADDR6 MAC: a neighbour.
knows() {
	cat <<-END
		neigh add $2 lladdr $mac:$4 dev $1 nud permanent
		neigh add $3 lladdr $mac:$4 dev $1 nud permanent
	END
}

namespaces() {
	local ns
	for ns; do
		ip netns add "$name.$ns"
	done
}

pair() {
	namespaces a b
	veth a a0 a0 b b0 b0
	in_ns a < <(host a0 "$a" "$a6" && knows a0 "$b" "$b6" b0)
	in_ns b < <(host b0 "$b" "$b6" && knows b0 "$a" "$a6" a0)
}

routed() {
	namespaces a r b
	veth a a0 a0 r ra 0a
	veth r rb 0b b b0 b0
	in_ns r < <(host ra "10.$n.1.254" "fd77:$n:1::fe" && host rb "10.$n.8.254" "fd77:$n:8::fe" &&
		knows ra "$a" "$a6" a0 && knows rb "$far" "$far6" b0)
	in_ns a < <(host a0 "$a" "$a6" && end a0 1 0a)
	in_ns b < <(host b0 "$far" "$far6" && end b0 8 0b)
	set_sysctl r net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# end IF NET MAC: the router is the way to everything.
end() {
	knows "$1" "10.$n.$2.254" "fd77:$n:$2::fe" "$3"
	echo "route add default via 10.$n.$2.254"
	echo "route add default via fd77:$n:$2::fe"
}

# bridged [OPTIONS...]: of the bridge.
bridged() {
	namespaces a r b
	veth a a0 a0 r pa 0a
	veth r pb 0b b b0 b0
	in_ns r <<-END
		link add name sw type bridge forward_delay 0 mcast_snooping 0 $*
		link set pa master sw
		link set pb master sw
		link set pa up
		link set pb up
		link set sw up
	END
	in_ns a < <(host a0 "$a" "$a6" && knows a0 "$b" "$b6" b0)
	in_ns b < <(host b0 "$b" "$b6" && knows b0 "$a" "$a6" a0)
}

udp() {
	at "$1" bash -c 'printf "%*s" "$3" x >"/dev/udp/$1/$2"' - "$2" "$3" "${4:-10}"
}

frame() {
	local ns=$1
	shift
	at "$ns" python3 -I -S "$programs/frame.py" "$@"
}

patient() {
	set_sysctl a net.ipv4.tcp_early_retrans=0
	in_ns a <<<"route replace $* rto_min 5s"
}

serve() {
	local ns=$1 program=$2 file
	shift 2
	file=/run/drops/$name.$ns.$program.ready
	rm -f "$file"
	at "$ns" python3 -I -S "$programs/$program" "$@" "$file" &
	until [ -e "$file" ]; do
		kill -0 $! || return
		sleep 0.1
	done
}
