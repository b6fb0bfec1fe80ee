# SPDX-License-Identifier: GPL-2.0-only
# The results of ../drops.sh, from all events of the run. $causes: what the files say, a line each (said.awk);
# $complaints: what prepare and send printed, "NAME<tab>line"; $kernel: 5.10, ...
def lines: split("\n") | map(select(. != "") | split("\t"));
def whole($re): test("^(\($re))$");
def text: if . == null then "-" elif type == "object" then to_entries | map("\(.key): \(.value.text)") | join("; ") else tostring end;

($causes | lines | map({name: .[0], number: .[1], where: .[2], reason: .[3], cause: .[4], evidence: .[5], also: .[6]})) as $files
| ($files | map({key: .number, value: .name}) | from_entries) as $by_number
| ($complaints | lines | group_by(.[0]) | map({key: .[0][0], value: map(.[1])}) | from_entries) as $said
| map(select(.type == "drop" and (.routine | not))
	# A drop belongs to the file whose namespace or, where it has none, whose subnet it is in.
	| . + {owner: ((.netns_name // "" | select(contains(".")) | split(".")[0])
			// ([.src, .dst] | map(strings | capture("^(10\\.|fd77:)(?<n>[0-9]+)[.:]").n) | $by_number[first // ""])),
		place: (.func // "-" | split(".")[0]), why: (.reason // "-")}) as $drops
| ($drops | group_by(.owner) | map({key: (.[0].owner | text), value: .}) | from_entries) as $by_owner
| ($files[] | . as $f
	| ($by_owner[.name] // []) as $mine
	| def right: $f.where != "" and (.place | whole($f.where)) and (.why | whole(if $kernel == "5.10" then "-" else $f.reason end))
		and (.cause | text | test($f.cause)) and (.evidence | text | test($f.evidence));
	def wrong: (right or ($f.also != "" and (.place | whole($f.also)))) | not;
	($mine | map(select(right))) as $right
	| ([($mine[] | select(wrong) | "\(.place) \(.why): \(.cause | text) [\(.evidence | text)] \(.netns_name) \(.proto) \(.src) > \(.dst)"),
		(select($f.where != "" and $right == []) | "no drop in \($f.where) with \($f.reason), /\($f.cause)/, evidence /\($f.evidence)/"),
		(select($said[$f.name] and ($f.where == "" or ($said[$f.name] | any(startswith("prepare: "))))) | "it did not work")]
		| reduce .[] as $line ([]; if index([$line]) then . else . + [$line] end)) as $bad
	| if $bad == [] then "ok drops/\($f.name)"
		else "not ok drops/\($f.name)", ($bad + ($said[$f.name] // []) | .[] | "    \(.)") end,
	($right[0] // empty | "# seen \($f.name)\t\(.location)\t\(.why)\t\(.cause | text)\t\(.evidence | text)")),
	($by_owner["-"] // [] | .[] | "not ok drops/nobody\n    \(.location) \(.why) \(.netns_name) \(.proto) \(.src) > \(.dst)")
