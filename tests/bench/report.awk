#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0-only
# Figures (see guest.sh), in any order, become a table for each kernel and kind, then the targets of what was measured.
#	awk -f report.awk targets.tsv figures
BEGIN { FS = "\t" }
# What was measured with, on top.
/^#/ { if (FNR != NR && !($0 in said)) print substr($0, 3); said[$0]; next }
NF < 4 { next }
FNR == NR { target[++targets] = $0; next }

!(($1, $2) in seen_table) { seen_table[$1, $2]; tables++; kernel[tables] = $1; kind[tables] = $2 }
!(($1, $2, $3) in seen_row) { seen_row[$1, $2, $3]; row[$1, $2, ++rows[$1, $2]] = $3 }
!(($1, $2, $4) in seen_column) { seen_column[$1, $2, $4]; column[$1, $2, ++columns[$1, $2]] = $4 }
{ value[$1, $2, $3, $4] = $5 }

function get(k, t, r, c) { return ((k, t, r, c) in value) ? value[k, t, r, c] : "-" }

function print_table(k, t,    i, j) {
	printf "%-40s", t ", " (k == "host" ? "this machine" : "Linux " k)
	for (j = 1; j <= columns[k, t]; j++)
		printf " %12s", column[k, t, j]
	print ""
	for (i = 1; i <= rows[k, t]; i++) {
		printf "%-40s", row[k, t, i]
		for (j = 1; j <= columns[k, t]; j++)
			printf " %12s", get(k, t, row[k, t, i], column[k, t, j])
		print ""
	}
	print ""
}

# 1: kernel, 2: table, 3: row, 4: column, 5: most or least, 6: number, 7 to 9: of which figure it is a share.
function print_target(line,    f, n, is, share, base, verdict) {
	n = split(line, f, "\t")
	if (!((f[1], f[2]) in seen_table))
		return
	is = get(f[1], f[2], f[3], f[4])
	verdict = "not measured"
	if (n > 6) {
		base = get(f[7], f[2], f[8], f[9])
		share = is == "-" || base == "-" || !(base + 0) ? "-" : is / base
		if (share != "-")
			verdict = sprintf("%.3f of %s", share, base)
		is = share
	} else if (is != "-") {
		verdict = is
	}
	if (is != "-")
		verdict = ((f[5] == "most" ? is <= f[6] + 0 : is >= f[6] + 0) ? "met" : "MISSED") ", " verdict
	printf "target: %s, %s, %s, %s: at %s %s%s: %s\n", f[1], f[2], f[3], f[4], f[5], f[6],
		(n > 6 ? " of " f[8] " on " f[7] : ""), verdict
}

END {
	for (i = 1; i <= tables; i++)
		print_table(kernel[i], kind[i])
	for (i = 1; i <= targets; i++)
		print_target(target[i])
}
