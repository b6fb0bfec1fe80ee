# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# sample: 5.10 6.18 7.3
# The text output, piped: one event a line with every column filled, drops with cause and stack below, counts at the end.
. "$(dirname "$0")/lib.sh"
pair
at server iptables-legacy -A INPUT -p icmp -j DROP || die "no iptables"
rm -f "$ready"
skbtrace -H $server --proto icmp --dropstack --func 'ip_.*' --ready-file "$ready" >/run/text 2>"$errors" &
tracer=$!
while [ ! -e "$ready" ]; do
	kill -0 $tracer || die "$(cat "$errors")"
	sleep 0.1
done
at client ping -c 1 -W 1 -q $server >/dev/null
sleep 0.5
kill -INT $tracer
wait $tracer || fail "exit $?"
cat /run/text "$errors"

awk '/^ / { next } NF < 10 || $1 !~ /^[0-9:.]+$/ || $6 !~ /^#[0-9]+$/ || $8 != "HOST" { print "odd line: " $0; exit 1 }' /run/text ||
	fail "a line without all columns"
[ "$(awk '$9 == "DROP"' /run/text | wc -l)" = 1 ] || fail "not one drop line"
awk '$7 == "ip_rcv" && $3 ~ /^softirq/ && $4 == "server" && $5 == "s0" && $9 == "10.77.1.1" && $11 == "10.77.1.2"' /run/text | grep -q . ||
	fail "ip_rcv is not where awk looks for it"
grep -qE '^ +cause .*netfilter' /run/text || fail "no cause"
grep -qE '^ +stack +nf_hook_slow\+0x[0-9a-f]+ < ip_local_deliver\+0x' /run/text || fail "no stack"
grep -qE '^1 packet, [0-9]+ events, 1 drop, 0 lost$' "$errors" || fail "no summary"
done_testing
