# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For scenarios of skbtrace top.
#
#	traffic WAYS ADDRESS	runs programs/top_traffic.py here; what it moved is added to $moved, one JSON object a line
#	same_sums		fails unless top gave each process of $moved its bytes, and nothing was missed
programs=$(dirname "${BASH_SOURCE[0]}")/programs
moved=/run/moved.json

traffic() { python3 "$programs/top_traffic.py" "$@" >>"$moved" || die "top_traffic.py $*"; }

same_sums() {
	local wrong
	wrong=$(jq -r -s --slurpfile moved "$moved" '
		(map(select(.type == "top" and .pid)) | group_by(.pid) | map({key: (.[0].pid | tostring), value: (last | [.rx_sum, .tx_sum])})
			| from_entries) as $seen
		| $moved[] | to_entries[] | select($seen[.key] != .value[:2])
		| "process \(.key) received and sent \(.value[:2]), top says \($seen[.key])"' "$events" | head -n 5)
	[ -z "$wrong" ] || fail "$wrong"
	expect "nothing was missed" '$summary | .missed == 0 and .overflow == 0'
	expect "the sums of the rows are the sum of all" '[$all | group_by([.pid, .comm])[] | last] | (map(.rx_sum) | add) == $summary.rx_sum
		and (map(.tx_sum) | add) == $summary.tx_sum'
}
