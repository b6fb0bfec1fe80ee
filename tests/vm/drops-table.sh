#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# drops-table.sh >docs/drops-seen.md: from build/vm-KERNEL.log, which "./dev test vm KERNEL drops" has left for each test kernel. What it
# prints was printed by skbtrace: it comes from the scenario's lines "# seen CAUSE<tab>place<tab>reason<tab>cause".
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
read -ra kernels <<<"$("$top/tests/vm/series.sh")"
causes=$top/tests/scenarios/drops

# All lines of the logs that count, with the kernel in front.
gather() {
	local kernel log
	for kernel in "${kernels[@]}"; do
		log=$top/build/vm-$kernel.log
		[ -r "$log" ] || {
			echo "drops-table: no $log: run ./dev test vm $kernel drops" >&2
			exit 1
		}
		sed -n -e "s/^# seen /$kernel\t/p" -e "s/^skip drops\/\([a-z0-9_]*\) (\(.*\))$/$kernel\t\1\t-\t-\tnot run: \2/p" "$log"
	done
}

# The sentence with which a cause's file begins.
sentences() {
	local file
	for file in "$causes"/*.sh; do
		printf '=\t%s\t%s\n' "$(basename "$file" .sh)" "$(sed -n '3s/^# //p' "$file")"
	done
}

cat <<'END'
<!-- SPDX-License-Identifier: GPL-2.0-only -->
# Drops as they were seen

Each line is a way to lose a packet that `./dev test vm drops` makes on real kernels, and what `skbtrace --json`
printed about it there: the function of `location`, `reason`, and `cause`. Kernels that said the same share a line.
The scenario is `tests/scenarios/drops/NAME.sh`. This page is printed by `tests/vm/drops-table.sh` from the logs
of these runs.

| scenario | kernels | place | reason | cause |
|---|---|---|---|---|
END
{ sentences && gather; } | awk -F '\t' '
	$1 == "=" {
		what[$2] = $3
		names[++n] = $2
		next
	}
	{
		place = $3
		sub(/[.+].*/, "", place)
		said = (place == "-" ? "" : "`" place "`") " | " ($4 == "-" ? "" : $4) " | " $5
		key = $2 SUBSEP said
		if (!(key in on)) order[$2, ++rows[$2]] = said
		on[key] = on[key] (on[key] ? " " : "") $1
	}
	END {
		for (i = 1; i <= n; i++)
			for (r = 1; r <= rows[names[i]]; r++) {
				said = order[names[i], r]
				first = r == 1 ? "**" names[i] "**: " what[names[i]] : ""
				print "| " first " | " on[names[i], said] " | " said " |"
			}
	}'
