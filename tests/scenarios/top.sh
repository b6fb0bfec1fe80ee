# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# sample: 5.10 6.18 7.3
# skbtrace top: the bytes of each process are those that it sent and received, whatever calls it used; filters; other rows than
# processes; what it prints.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_top.sh"
pair
ip link set lo up

# A process that is blocked in receiving when counting begins.
rm -f "$moved" /run/waits /run/go
mkfifo /run/go || die "no fifo"
{ python3 "$programs/top_traffic.py" before ::1 </run/go >/run/waits || echo broken >>/run/waits; } &
waiter=$!
exec 9>/run/go
until grep -q waiting /run/waits; do sleep 0.1; done
sleep 0.5

trace top
echo >&9
wait $waiter
grep '{' /run/waits >>"$moved" || die "the program that waits: $(cat /run/waits)"
for address in 127.0.0.1 ::1; do
	traffic tcp,partial,sendfile,udp,errors,raw,threads $address
done
traffic mapped ::1
finish
same_sums
expect "rows have all keys" '$all | all(keys == (["schema","type","ts","interval_ns","by","others","pid","comm","netns","netns_name","cgroup",
	"proto","laddr","lport","raddr","rport","rx","tx","rx_sum","tx_sum"] | sort))'
expect "the name" '$all | any(.comm == "python3" and .by == "pid" and .others == false)'

# Only one process, though others send at the same time.
python3 "$programs/top_traffic.py" before 127.0.0.1 </run/go >/run/waits &
waiter=$!
exec 9>/run/go
until grep -q waiting /run/waits; do sleep 0.1; done
rm "$moved"
trace top -p $waiter
traffic tcp 127.0.0.1
rm "$moved"
echo >&9
wait $waiter
grep '{' /run/waits >"$moved"
finish
same_sums
expect "one process" '$all | map(.pid) | unique == ['$waiter']'

# A filter, in both directions and in one.
server_of() {
	at server python3 -c '
import socket
s = socket.create_server(("10.77.1.2", 5000))
open("/run/serving", "w").close()
for _ in range(2):
    c, _ = s.accept()
    while c.recv(65536): pass
    c.sendall(b"a" * 500)
    c.close()' &
}
client_of() {
	at client python3 -c '
import socket
c = socket.create_connection(("10.77.1.2", 5000))
c.sendall(b"q" * 3000)
c.shutdown(socket.SHUT_WR)
while c.recv(65536): pass'
}
rm -f /run/serving
server_of
until [ -e /run/serving ]; do sleep 0.1; done
trace top --by conn -N server 'tcp dst port 5000'
traffic tcp 127.0.0.1
client_of
finish
expect "what came to the port, and nothing that went back" '[$all[] | [.proto, .laddr, .lport, .raddr, .rx_sum, .tx_sum, .netns_name]] | unique
	== [["TCP", "10.77.1.2", 5000, "10.77.1.1", 3000, 0, "server"]]'
trace top --by netns host 10.77.1.1 and port 5000
client_of
finish
expect "both ends, each in its namespace" '[$all | group_by(.netns)[] | last | [.netns_name, .rx_sum, .tx_sum, .pid, .laddr]] | sort
	== [["client", 500, 3000, null, null], ["server", 3000, 500, null, null]]'

# By cgroup, where this machine has cgroups of version 2.
mkdir -p /sys/fs/cgroup/counted && {
	trace top --by cgroup udp
	bash -c 'echo $$ >/sys/fs/cgroup/counted/cgroup.procs; exec python3 "$0" udp 127.0.0.1' "$programs/top_traffic.py" >/dev/null
	finish
	expect "the cgroup's path" '$all | any(.cgroup == "/counted" and .tx_sum == 11378 and .rx_sum == 10601)'
}

# Text, intervals and their number.
skbtrace top -p 1 1 2 >/run/text 2>/run/text.errors &
wait $!
[ "$(grep -c '^PID  *COMM  *RX_KB  *TX_KB  *RXSUM_KB  *TXSUM_KB  *SUM_KB$' /run/text)" = 2 ] || fail "two tables of columns: $(cat /run/text)"
grep -q '^0 bytes received, 0 bytes sent, in 2 intervals$' /run/text.errors || fail "the summary: $(cat /run/text.errors)"
python3 -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)' skbtrace top 1 2 >/run/screen </dev/null || fail "on a terminal: $(cat /run/screen)"
[ "$(grep -c $'\033\\[H\033\\[J# ' /run/screen)" = 2 ] || fail "a screen for each interval: $(cat -v /run/screen)"
exits 2 'the interval in seconds is a whole number from 1 on, not "0"' top 0
exits 2 'asks for more' top 'tcp[tcpflags] & tcp-syn != 0'
exits 2 "--dropstack is for skbtrace trace, not for skbtrace top" top --dropstack
done_testing
