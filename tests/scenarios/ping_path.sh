# SPDX-License-Identifier: GPL-2.0-only
# timeout: 180
# The whole way of one ping over a veth pair: sender, device, receiver, and the answer back, in order.
. "$(dirname "$0")/lib.sh"
pair
trace -H $server --proto icmp
at client ping -c 1 -W 2 -q $server >/dev/null
finish

# shellcheck disable=SC2016 # $all and the like are jq's
request='($all | map(select(.src == "10.77.1.1" and .dst == "10.77.1.2")))'
reply='($all | map(select(.src == "10.77.1.2" and .dst == "10.77.1.1")))'

expect "the request passes the stack in order" "$request | funcs | subsequence([
	\"ip_output\", \"ip_finish_output\", \"ip_finish_output2\", \"__dev_queue_xmit\", \"dev_hard_start_xmit\",
	\"ip_rcv\", \"ip_local_deliver\", \"icmp_rcv\"])"
expect "so does the reply" "$reply | funcs | subsequence([
	\"ip_output\", \"ip_finish_output\", \"ip_finish_output2\", \"__dev_queue_xmit\", \"dev_hard_start_xmit\",
	\"ip_rcv\", \"ip_local_deliver\", \"icmp_rcv\"])"
expect "the request is one packet" "$request | map(.packet_id) | unique | length == 1"
expect "and the reply another" "($request | .[0].packet_id) != ($reply | .[0].packet_id)"
expect "it is sent in client and received in server" "$request
	| (map(select(.func == \"ip_output\")) | all(.netns_name == \"client\"))
	and (map(select(.func == \"ip_finish_output\")) | all(.netns_name == \"client\" and .ifname == \"c0\"))
	and (map(select(.func == \"ip_rcv\")) | all(.netns_name == \"server\" and .ifname == \"s0\"))"
expect "it arrives as HOST" "$request | map(select(.func == \"ip_rcv\")) | length == 1 and .[0].pkt_type == \"HOST\""
expect "ping is its sender" "$request | map(select(.func == \"ip_output\")) | .[0]
	| .context == \"task\" and .comm == \"ping\" and .pid > 1"
expect "no process is blamed in softirq" '$all | map(select(.context == "softirq")) | length > 0 and all(.pid == null)'
expect "only the first event of a packet has no delta" "$request | .[0].delta_ns == null and (.[1:] | all(.delta_ns >= 0))"
expect "every event is ICMP between the two" '$all | all(.proto == "ICMP" and .netns != null and .schema == 1)'
refute "a drop on the way" '$drop | any(.func != "ping_rcv" and .func != "icmp_rcv")'
done_testing
