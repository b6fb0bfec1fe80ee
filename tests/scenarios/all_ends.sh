# SPDX-License-Identifier: GPL-2.0-only
# timeout: 400
# kernels: 5.10 6.12 7.3
# With --all a packet keeps its number until it is out of memory: what the kernel calls while it frees one begins no other.
. "$(dirname "$0")/lib.sh"
pair
at server socat -u TCP-LISTEN:5001,reuseaddr /dev/null &
at server socat -u UDP-RECV:5002 /dev/null &
sleep 1
# Attaching single kprobes one by one takes a minute for all functions, so there a part has to do.
case $KERNEL in
5.10 | 6.1) part=(--func 'ip_rcv.*|ip_local_.*|ip_output|icmp_.*|udp_.*rcv.*|raw_.*|tcp_v4_.*|.*kfree_skb.*|consume_skb|napi_consume_skb|skb_release_data|skb_free_head|_*sock_[a-z]*free|skb_attempt_defer_free') ;;
*) part=() ;;
esac
trace --all "${part[@]}" --buffer 64M "host $server and host $client"
at client ping -c 2 -i 0.3 -W 1 -q $server >/dev/null
echo x | at client nc -u -w 1 $server 5002 # is read
echo x | at client nc -u -w 1 $server 5003 # is dropped
head -c 50000 /dev/zero | at client socat -u - TCP:$server:5001
finish
expect "events of packets that were freed" '$path | group_by(.packet_id) | any(funcs | subsequence(["ip_rcv", "consume_skb", "skb_release_data"]))'
expect "and dropped" '$all | group_by(.packet_id) | any(map(if .type == "drop" then "drop" else .func end) | subsequence(["ip_rcv", "drop", "skb_release_data"]))'
# The way out begins in functions with "free" or "consume" in their names, or in the drop. What else is called on it is only ever
# called on it.
way_out='(.type == "drop" or (.func | test("free|consume")))'
only='(.func | IN("skb_release_data", "skb_free_head", "__kfree_skb", "__napi_kfree_skb", "__kfree_skb_defer"))'
refute "a packet that begins while it is freed" "\$all | map(select(.delta_ns == null)) | any($only)"
expect "an address changes its packet only when that was freed" "\$all | group_by(.skb) | all([.[:-1], .[1:]] | transpose
	| all(.[0].packet_id == .[1].packet_id or (.[0] | $only or $way_out)))"
expect "and no packet comes back" '$all | group_by(.skb) | all(reduce .[].packet_id as $id ([]; if last == $id then . else . + [$id] end)
	| length == (unique | length))'
done_testing
