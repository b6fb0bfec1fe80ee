# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# kernels: 5.10 6.12 7.3
# sample: 5.10 7.3
# --group: a ping through a router is two blocks, the request and the reply, each whole, with its time and what became of it.
. "$(dirname "$0")/lib.sh"
router
blocks=/run/blocks.txt

# Text: one that --json cannot replace.
rm -f "$ready"
skbtrace --group --ready-file "$ready" -H $server --proto icmp >"$blocks" 2>"$errors" &
tracer=$!
for _ in $(seq 1800); do
	[ ! -e "$ready" ] || break
	sleep 0.1
done
at client ping -c 1 -W 2 -q $server >/dev/null
sleep 1
kill -INT $tracer
wait $tracer || fail "skbtrace --group ended with $?"

# part WHAT: the block whose first line has it.
part() { awk -v what="$1" '/^#/ { on = index($0, what) } on' "$blocks"; }

[ "$(grep -c '^#' "$blocks")" = 2 ] || fail "not two blocks"
[ "$(grep -c '^=' "$blocks")" = 2 ] || fail "not two ends"
for kind in request reply; do
	part "echo $kind" | head -n 1 | grep -q '^#[0-9]* 10[.]77[.]' || fail "no block of the $kind"
	for ns in client router server; do
		part "echo $kind" | awk -v ns=$ns '$1 ~ /^[+]/ && $4 == ns { seen = 1 } END { exit !seen }' || fail "$kind: not in $ns"
	done
	part "echo $kind" | grep -q '^= #[0-9]* took [0-9.]*[um]*s, .*delivered' || fail "$kind: not delivered"
	[ "$(part "echo $kind" | grep -cE ' ip_forward( |$)')" = 1 ] || fail "$kind: not forwarded once"
done
part "echo request" | head -n 1 | grep -q ', ping/[0-9]*, [0-9:.]*$' || fail "who sent it is not told"
part "echo request" | grep -q '^= #1 took .*, delivered to ICMP$' || fail "the request's end"
# Of the lines of one depth: copies are nested where they appeared, with all that came of them.
awk '$1 ~ /^[+]/ { t = $1 + 0; if ($1 ~ /ms$/) t *= 1000; if ($1 ~ /[0-9]s$/) t *= 1000000; match($0, /[+][^ ]*/); depth = RSTART + RLENGTH
	if (t < last[depth]) { print "out of order: " $0; bad = 1 } last[depth] = t }
	$1 ~ /^#/ { split("", last) } END { exit bad }' "$blocks" || fail "times go back"
[ $failures = 0 ] || cat "$blocks"

trace --group -H $server --proto icmp
at client ping -c 3 -i 0.2 -W 2 -q $server >/dev/null
finish
# In the order of the file; copies stand among their parent's lines.
jq -s -e 'map(select(.packet_id)) | reduce .[] as $e ({root: {}, order: []};
		(.root[$e.parent_id // 0 | tostring] // $e.packet_id) as $root
		| .root[$e.packet_id | tostring] = $root
		| if .order[-1:] == [$root] then . else .order += [$root] end)
	| .order | length == (unique | length)' "$events" >/dev/null || fail "blocks are mixed"
done_testing
