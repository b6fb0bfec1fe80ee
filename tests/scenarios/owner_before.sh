# SPDX-License-Identifier: GPL-2.0-only
# timeout: 180
# sample: 5.10 6.18 7.3
# A UDP server that was there before the trace owns what its socket gets, also where the packet is dropped because that is full.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-owner.sh"
pair
serve udp_server 4242

trace -H $server udp
sender 100 100 4242
from_client 4243
finish

# shellcheck disable=SC2016 # $path and $drop are jq's
queued='$path | map(select(.func == "__udp_enqueue_schedule_skb"))'
whose=".owner_pid == $served and .owner_comm == \"python3\" and (.owner_cmdline | test(\"udp_server.py .* 4242\"))"
expect "the packet for its socket is its own" "$queued | length > 1 and all($whose)"
expect "softirq is no process" "$queued | all(.context == \"softirq\" and .pid == null and .cmdline == null)"
expect "a full buffer is told with its owner" "\$drop | map(select(.dport == 4242)) | length > 0 and all($whose)"
expect "without a socket there is no owner" '$drop | map(select(.dport == 4243)) | length == 1
	and .[0].owner_pid == null and .[0].owner_cmdline == null'
[ $failures = 0 ] || ask '$drop[] | [.dport, .location, .reason, .owner_pid, .owner_cmdline] | @csv' | head -n 20
done_testing
