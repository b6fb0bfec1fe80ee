# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# sample: 5.10 6.1 6.18 7.3
# Whatever options change the code, this kernel's verifier accepts it: each with the longest filter, and each filter.
. "$(dirname "$0")/lib.sh"
payload='tcp[((tcp[12:1]&0xf0)>>2):4]=0x47455420'
filters=("" "host 1.1.1.1" "vlan and $payload")
options=(
	"--inner|icmp"
	"--where|skb->mark == 1"
	"--callstack"
	"-x|-s|2048|--skb=shinfo|--callstack"
	"-p|1|-N|/proc/1/ns/net|-i|lo|--mark|1"
	"--keep|--inner|$payload|--where|skb->dev->mtu > 3 && skb->sk->sk_protocol == 6"
)
accepted() {
	rm -f "$ready"
	skbtrace --func ip_rcv --ready-file "$ready" "$@" >/dev/null 2>"$errors" &
	tracer=$!
	while [ ! -e "$ready" ] && kill -0 $tracer 2>/dev/null; do
		sleep 0.05
	done
	kill -INT $tracer 2>/dev/null
	wait $tracer || fail "$*: exit $?: $(cat "$errors")"
}
for filter in "${filters[@]}"; do
	accepted "$filter"
done
for option in "${options[@]}"; do
	IFS='|' read -ra words <<<"$option"
	accepted "${words[@]}" "${filters[-1]}"
done
done_testing
