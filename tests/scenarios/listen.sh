# SPDX-License-Identifier: GPL-2.0-only
# timeout: 200
# sample: 5.10 6.18 7.3
# skbtrace listen: servers that were there before and that come later, in several namespaces, each with its process, command line,
# port, backlog and namespace; bound sockets of UDP with -u; filters; --once.
. "$(dirname "$0")/lib.sh"
namespace client
namespace server
ip link set lo up
ip link add dev d0 netns server type dummy

# server NS KIND ADDRESS PORT BACKLOG NAME: returns when it waits; its process in $served. KIND: stream or dgram.
serving() {
	rm -f /run/serving
	ip netns exec "$1" python3 -c '
import ctypes, socket, sys, time
kind, address, port, backlog, name = sys.argv[1:6]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
s = socket.socket(family, socket.SOCK_STREAM if kind == "stream" else socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if name == "device":
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"d0")
ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)
s.bind((address, int(port)))
if kind == "stream":
    s.listen(int(backlog))
open("/run/serving", "w").close()
time.sleep(600)' "${@:2}" &
	served=$!
	servers="$servers $served"
	for _ in $(seq 1800); do
		[ ! -e /run/serving ] || return 0
		sleep 0.1
	done
	die "$* does not listen"
}
servers=
trap 'kill $servers 2>/dev/null' EXIT

serving server stream 0.0.0.0 7001 11 early
early=$served
serving client stream ::1 7002 12 early6
early6=$served
serving server dgram 127.0.0.1 7003 - earlyudp
earlyudp=$served
serving server stream ::ffff:127.0.0.1 7004 14 early46
trace listen -u
serving server stream ::ffff:127.0.0.1 7015 24 late46
serving server stream 127.0.0.1 7011 21 late
late=$served
serving client stream :: 7012 22 late6
late6=$served
serving client dgram ::1 7013 - lateudp
lateudp=$served
serving server stream 0.0.0.0 7014 23 device
device=$served
# What fails, what only sends, and what connects is not listening.
at server python3 - <<'PY'
import socket
def fails(call, what):
    try:
        call(what)
    except OSError:
        return
    raise SystemExit("the port was free")
first, second = socket.socket(), socket.socket()
for s in first, second:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", 7020))
first.listen(5)
fails(second.listen, 6)
fails(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind, ("127.0.0.1", 7003))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.sendto(b"x", ("127.0.0.1", 7003))
socket.create_connection(("127.0.0.1", 7011))
auto = socket.socket()
auto.listen(31)
open("/run/auto", "w").write(str(auto.getsockname()[1]))
PY
finish
inode() { stat -L -c %i "/run/netns/$1"; }
one() { echo "[\$all[] | select(.port == $1)] | select(length == 1)[0]"; }
expect "IPv4 that was there" "$(one 7001) | .existing and .pid == $early and .comm == \"early\" and .family == \"IPv4\" and .proto == \"TCP\"
	and .addr == \"0.0.0.0\" and .backlog == 11 and .netns_name == \"server\" and .netns == $(inode server)"
expect "its command line" "$(one 7001) | .cmdline | startswith(\"python3 -c\") and contains(\"import ctypes\")"
expect "IPv6 that was there, in another namespace" "$(one 7002) | .existing and .pid == $early6 and .family == \"IPv6\" and .addr == \"::1\"
	and .backlog == 12 and .netns_name == \"client\" and .netns == $(inode client)"
for port in 7004 7015; do
	expect "IPv4 by a socket of IPv6, whenever it came" "$(one $port) | .family == \"IPv4\" and .addr == \"127.0.0.1\""
done
expect "UDP that was there" "$(one 7003) | .existing and .pid == $earlyudp and .proto == \"UDP\" and .backlog == null"
expect "IPv4 that came" "$(one 7011) | (.existing | not) and .pid == $late and .comm == \"late\" and .addr == \"127.0.0.1\" and .backlog == 21
	and .netns_name == \"server\" and .netns == $(inode server) and (.cmdline | startswith(\"python3 -c\"))"
expect "IPv6 that came" "$(one 7012) | (.existing | not) and .pid == $late6 and .addr == \"::\" and .family == \"IPv6\" and .backlog == 22
	and .netns_name == \"client\""
expect "UDP that came" "$(one 7013) | (.existing | not) and .pid == $lateudp and .comm == \"lateudp\" and .proto == \"UDP\" and .addr == \"::1\""
expect "bound to a device" "$(one 7014) | .ifname == \"d0\" and .backlog == 23 and .pid == $device"
expect "a port that the kernel chose" "$(one "$(cat /run/auto)") | .backlog == 31 and .existing == false"
expect "of two sockets on a port the one that succeeds" "$(one 7020) | .backlog == 5"
expect "nothing else came" '$all | map(select(.existing | not)) | length == 7'
expect "the summary counts" '$summary.new == 7 and $summary.existing == ($all | map(select(.existing)) | length) and $summary.lost == 0'

trace listen -N client
finish
expect "one namespace" '$all | map(.port) | sort == [7002, 7012]'
trace listen -p $late
finish
expect "one process" '$all | map(.port) == [7011]'
trace listen -i d0
finish
expect "one device" '$all | map(.port) == [7014]'
trace listen -u 'tcp and host 127.0.0.1 or dst portrange 7002-7003'
finish
expect "a filter" '$all | map(.port) | sort == [7002, 7003, 7004, 7011, 7015]'
trace listen -c 2
wait $tracer || fail "-c: $(cat "$errors")"
expect "so many" '$all | length == 2'

# Once, without the kernel's help; text.
skbtrace listen --once -u -N server >/run/text 2>/run/text.errors || fail "--once: $(cat /run/text.errors)"
grep -q "^TIME  *PID  *COMM  *FAMILY  *PROTO  *ADDRESS  *PORT  *BACKLOG  *NETNS  *CMDLINE$" /run/text || fail "columns: $(cat /run/text)"
grep -q "^before  *$early  *early  *IPv4  *TCP  *0.0.0.0  *7001  *11  *server/$(inode server)  *python3 -c" /run/text || fail "a line: $(cat /run/text)"
grep -q "0.0.0.0%d0 " /run/text || fail "the device: $(cat /run/text)"
[ "$(wc -l </run/text)" = 7 ] || fail "six sockets: $(cat /run/text)"
timeout 20 bash -c 'skbtrace listen -N server | head -n 2 >/dev/null' || fail "it goes on though nobody reads"
exits 2 'asks for more' listen 'greater 100'
exits 2 'is for skbtrace top' listen --by pid
done_testing
