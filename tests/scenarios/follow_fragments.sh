# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# sample: 5.10 6.18 7.3
# Fragments are children of the packet that was cut; what is put together of them again is one of them, or a child of one. Only the
# whole packet has ports in its headers, so it is by following that the others are seen.
. "$(dirname "$0")/lib.sh"
router
ip -n client -6 addr add fd77::1/64 dev c0 nodad
ip -n router -6 addr add fd77::ff/64 dev r0 nodad
ip -n router link set r1 mtu 600

# send SIZE ADDR: a UDP packet that may be cut
send() {
	at client python3 - "$@" <<'PY'
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, 10, 0)  # IP_MTU_DISCOVER: no DF
s.sendto(bytes(int(sys.argv[1])), (sys.argv[2], 9))
PY
}
at client ping -c 1 -W 2 -q fd77::ff >/dev/null
first='($path | map(select(.netns_name == "client")) | .[0].packet_id) as $first'

# what is expected of a packet of SIZE bytes that is cut in NETNS and received in NETNS by FUNCTION
cut_and_whole() {
	expect "$1: pieces are children" "$first"' | $path
		| map(select(.netns_name == "'"$2"'" and .func == "dev_hard_start_xmit" and .parent_id != null and (line(.packet_id) | last) == $first))
		| (map(.packet_id) | unique | length) >= 2'
	expect "$1: all of it is received, as their kin" "$first"' | $path
		| any(.netns_name == "'"$3"'" and .func == "'"$4"'" and .len >= '"$5"' and (line(.packet_id) | last) == $first)'
	expect "$1: nothing is seen that is not kin" "$first | \$all | all((line(.packet_id) | last) == \$first)"
}

trace "src host $client and udp dst port 9"
send 3000 10.77.1.254
finish
cut_and_whole "cut by the sender" client router udp_rcv 3000

trace "src host $client and udp dst port 9"
send 1400 $server
finish
cut_and_whole "cut by the router" router server udp_rcv 1400

trace "src host fd77::1 and udp dst port 9"
send 3000 fd77::ff
finish
cut_and_whole "IPv6" client router udpv6_rcv 3000
done_testing
