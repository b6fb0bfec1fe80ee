# SPDX-License-Identifier: GPL-2.0-only
# timeout: 180
# sample: 5.10 6.18 7.3
# A frame for a MAC address that is not the bridge's is passed up by a promiscuous bridge and dropped by IP: OTHERHOST.
. "$(dirname "$0")/lib.sh"
namespace client
namespace host
cable client c0 10.77.1.1/24 host p0 -
at host ip link add br0 type bridge || die "no bridge"
at host ip link set p0 master br0
at host ip addr add 10.77.1.2/24 dev br0
at host ip link set br0 promisc on up
at client ip neigh replace 10.77.1.2 lladdr 02:00:00:00:00:99 dev c0 nud permanent
sleep 3 # the bridge port learns and forwards
trace -H 10.77.1.2 --proto icmp --dropstack
at client ping -c 1 -W 1 -q 10.77.1.2 >/dev/null && die "the ping was answered"
finish

expect "the frame is on the bridge" '$path | funcs | index("br_handle_frame") != null and index("br_pass_frame_up") != null'
expect "it is passed up and IP drops it" '$drop | length == 1
	and .[0].pkt_type == "OTHERHOST" and .[0].ifname == "br0" and (.[0].func | . == "ip_rcv" or . == "ip_rcv_core")'
expect "with a cause in words" '$drop[0].cause | test("MAC")'
expect "the path says OTHERHOST at ip_rcv too" '$path | map(select(.func == "ip_rcv")) | length >= 1 and all(.pkt_type == "OTHERHOST")'
[ "$KERNEL" = 5.10 ] || expect "the kernel says the same" '$drop[0].reason == "OTHERHOST"'
done_testing
