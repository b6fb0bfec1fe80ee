#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# check_man_options.sh SKBTRACE MANPAGE: fails unless the --help of all commands and the section OPTIONS of the man page list the same
# options, with the same letters and the same kind of value. Both are brought to the form "-H --host ADDR", one option a line.
set -u
[ $# = 2 ] || {
	echo "usage: check_man_options.sh path/to/skbtrace path/to/skbtrace.8" >&2
	exit 2
}
LC_ALL=C
export LC_ALL
help=$(mktemp) && man=$(mktemp) || exit 2
trap 'rm -f "$help" "$man"' EXIT

# A line of an option: "  -H, --host ADDR         words" or "      --keep              words" or "      --skb[=shinfo]      words".
for command in trace $("$1" --help | sed -n 's/^       skbtrace \([a-z]*\) .*\[options\].*/\1/p'); do
	"$1" "$command" --help
done | sed -n 's/^  \(-., \|    \)\(--[a-z-]*\(\[=[a-z]*\]\)\{0,1\}\)\( [^ a-z][^ ]*\)\{0,1\}\(  .*\)\{0,1\}$/\1\2\4/p' |
	sed 's/^ *//; s/, / /' | sort -u >"$help"

# An item of a list in mdoc: ".It Fl H , Fl -host Ar ADDR" or ".It Fl -keep".
sed -n '/^\.Sh OPTIONS/,/^\.Sh OUTPUT/s/^\.It \(Fl .*\)$/\1/p' "$2" |
	sed 's/ , / /; s/Fl /-/g; s/Ar //; s/\\&//g; s/ Ns Op = Ns Cm \([a-z]*\)/[=\1]/; s/ Ns //g' | sort >"$man"

for list in "$help" "$man"; do
	[ "$(wc -l <"$list")" -ge 10 ] || {
		echo "check_man_options.sh: less than ten options found in $1 or $2: their form has changed, see the top of this script"
		exit 1
	}
done
if ! diff "$help" "$man" >/dev/null; then
	echo "options of $1 --help (<) and of $2 (>) differ:"
	diff "$help" "$man" | grep '^[<>]'
	exit 1
fi
