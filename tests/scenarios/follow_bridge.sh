# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# sample: 5.10 6.18 7.3
# A broadcast is flooded to the bridge's ports in copies: children of the packet that came in, which itself goes up to the bridge's device.
. "$(dirname "$0")/lib.sh"
for ns in client switch left right far; do namespace $ns; done
ip -n switch link add br0 type bridge
ip -n switch link set br0 up
cable client c0 $client/24 switch b0 -
cable left s0 10.77.1.2/24 switch b1 -
cable right s0 10.77.1.3/24 switch b2 -
cable far s0 10.77.1.4/24 switch b3 -
for port in b0 b1 b2 b3; do ip -n switch link set $port master br0; done
for ns in left right far; do at client ping -c 1 -W 4 -q "$(ip -n $ns -br addr show s0 | awk '{ sub("/.*", "", $3); print $3 }')" >/dev/null; done

trace "src host $client and udp dst port 9"
at client python3 - <<'PY'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.bind(("10.77.1.1", 0))
s.sendto(b"x", ("10.77.1.255", 9))
PY
finish
original='($path | map(select(.netns_name == "client" and .func == "ip_output" or .func == "ip_mc_output")) | .[0].packet_id) as $original'
expect "the original goes up" "$original"' | $path | any(.packet_id == $original and .func == "br_pass_frame_up")'
expect "what the bridge decided is told" '$path | any(.func == "br_flood" and .decision == "bridge: to all ports")
	and any(.func == "br_pass_frame_up" and .decision == "bridge: up to this host")
	and (map(select(.func == "ip_rcv")) | all(.decision == null))'
received='($path | map(select(.func == "ip_rcv" and (.netns_name | IN("left", "right", "far")))))'
expect "three packets are received" "$received | length == 3 and (map(.packet_id) | unique | length) == 3"
expect "each of them a child of the one that was sent" "$original | $received | all(line(.packet_id) | length > 1 and last == \$original)"
done_testing
