# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# kernels: 5.10 6.1 7.3
# A filter of 256 `host A and port N`: it loads, and finds the packets of its first and its last term and no others.
. "$(dirname "$0")/lib.sh"
filter=/run/big_filter.txt

# terms N: N - 2 hosts that are not there between two that are, each with a port of its own.
terms() {
	echo "(host $client and port 7001)"
	for ((i = 2; i < $1; i++)); do
		echo "or (host 192.0.$((i / 250)).$((i % 250 + 1)) and port $((8000 + i)))"
	done
	echo "or (host $server and port 7256)"
}

pair
terms 256 >$filter
trace -F $filter --func '__ip_local_out|ip_rcv|ip_rcv_core'
sed -n 's/^ready in/256 terms: ready in/p' $errors | cut -c1-60
for port in 7001 7002 7256 8100; do
	at client bash -c "echo >/dev/udp/$server/$port"
done
finish
expect "the first term's packet" '$path | any(.dport == 7001)'
expect "the last term's packet" '$path | any(.dport == 7256)'
expect "no other" '$all | map(select(.proto == "UDP")) | all(.dport == 7001 or .dport == 7256)'
done_testing
