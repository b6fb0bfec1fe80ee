# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# The kernel answers an echo request with a new packet: no copy, so no child.
. "$(dirname "$0")/lib.sh"
pair
trace icmp and host $server
at client ping -c 1 -W 2 -q $server >/dev/null
finish
# ping's raw socket gets a copy of what comes in.
expect "two packets without parents" '$all | map(select(.parent_id == null) | .packet_id) | unique | length == 2'
expect "one there, one back" '$path | map(select(.parent_id == null)) | group_by(.packet_id)
	| map([.[0].netns_name, last.netns_name]) | sort == [["client", "server"], ["server", "client"]]'
expect "no copy but what the raw socket got of the reply" '$path | map(select(.parent_id != null)) | all(.src == "10.77.1.2")
	and any(.func == "raw_rcv")'
done_testing
