# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# kernels: 5.10 7.3
# Two traces side by side, each with its filter and its functions: neither sees what the other asked for, nor less than alone.
. "$(dirname "$0")/lib.sh"
pair
other_events=/run/other.json
skbtrace --json --func 'ip_rcv|ip_output' --ready-file /run/other.ready udp dst port 9 >$other_events 2>/run/other.txt &
other=$!
for _ in $(seq 1800); do
	[ ! -e /run/other.ready ] || break
	sleep 0.1
done
trace -H $server --proto icmp --sample 1/1 --func 'ip_rcv|icmp_rcv' icmp[0] == 8
at client ping -c 10 -i 0.2 -W 2 -q $server >/dev/null &
pinger=$!
for _ in $(seq 10); do
	echo x | at client timeout 1 nc -u -w 0 $server 9
done
wait $pinger
finish
kill -INT $other
wait $other || fail "the other trace ended with $?: $(cat /run/other.txt)"

expect "echo requests, all, and nothing else" '$path | map(.func) | sort == [range(10) | "icmp_rcv"] + [range(10) | "ip_rcv"]'
expect "only ICMP" '$all | all(.proto == "ICMP")'
events=$other_events
expect "UDP, all, and nothing else" '$path | map(.func) | sort == [range(10) | "ip_output"] + [range(10) | "ip_rcv"]'
expect "only UDP" '$all | all(.proto == "UDP" and .dport == 9)'
done_testing
