# SPDX-License-Identifier: GPL-2.0-only
# timeout: 180
# A large TCP packet that the device cannot cut is cut in software: the segments are its children and hold what it held.
. "$(dirname "$0")/lib.sh"
pair
at client ethtool -K c0 tso off gso on >/dev/null 2>&1
at server socat -u TCP-LISTEN:5001,reuseaddr /dev/null &
sleep 1
trace "tcp dst port 5001"
at client python3 - $server <<'PY'
import socket, sys
s = socket.create_connection((sys.argv[1], 5001))
s.sendall(bytes(100000))
s.close()
PY
finish
# Ethernet, IPv4, TCP with time stamps
headers=66
big='($path | map(select(.func == "__dev_queue_xmit" and .len > 1514 and .netns_name == "client")))'
pieces='($path | map(select(.func == "veth_xmit" and .netns_name == "client")) | group_by(.parent_id))'
expect "large packets" "$big | length > 0"
expect "each is sent as several segments, no larger than the link takes" "$pieces as \$pieces | $big | all(.packet_id as \$id | \$pieces
	| map(select(.[0].parent_id == \$id)) | length == 1 and (.[0] | length > 1 and all(.len <= 1514)))"
expect "which add up to it" "$pieces as \$pieces | $big | all(. as \$whole | \$pieces | map(select(.[0].parent_id == \$whole.packet_id)) | .[0]
	| (map(.len - $headers) | add) == \$whole.len - $headers)"
done_testing
