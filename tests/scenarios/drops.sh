# SPDX-License-Identifier: GPL-2.0-only
# timeout: 400
# Each way to lose a packet, and traffic that loses none: one file in drops/ each, all in one run of skbtrace.
# drops.sh [NAME...]: only these. Results go to file descriptor 3, a line each. drops/README.md says what a file holds.
# DROPS_UNSENT=1 sends nothing: each cause must fail then.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_drops.sh"
dir=$(dirname "$0")/drops
mkdir -p /run/drops
list=/run/drops/list

# each FUNCTION: in a shell of its own for every cause, with its name and addresses.
each() {
	local name number file
	while read -r number name; do
		file=$dir/$name.sh
		(
			subnet "$number"
			# shellcheck disable=SC1090
			. "$file"
			"$1"
		) >"/run/drops/$name.$1" 2>&1 </dev/null || echo "$1 ended with $?" >>"/run/drops/$name.$1"
	done
}

# choose NAME...: those of this kernel, numbered, into $list.
choose() {
	local name kernels number=0
	for name; do
		[ -r "$dir/$name.sh" ] || die "there is no drops/$name"
		kernels=$(said kernels "$dir/$name.sh")
		if [ -n "$kernels" ] && [[ " $kernels " != *" $KERNEL "* ]]; then
			echo "skip drops/$name ($(said why "$dir/$name.sh"))" >&3
		else
			number=$((number + 1))
			echo "$number $name"
		fi
	done >$list
}

# One line a drop: whose it is, then what is asked about. "-" for null, as read joins empty fields.
table() {
	jq -r --rawfile list $list '
		($list | split("\n") | map(select(. != "") | split(" ") | {key: .[0], value: .[1]}) | from_entries) as $names
		| select(.type == "drop")
		| ([.src, .dst] | map(strings | capture("^(10\\.|fd77:)(?<n>[0-9]+)[.:]").n) | .[0]) as $number
		| [(.netns_name | strings | sub("\\.[a-z]+$"; "")) // $names[$number // ""] // "-",
			(.func // "-" | sub("\\..*"; "")), .reason // "-", .routine // false, .cause // "-",
			((.evidence // "-") | if type == "array" then join("; ") else tostring end), .location, .netns_name // "-",
			.proto // "-", .src // "-", .dst // "-"] | @tsv' "$events" >/run/drops/table
}

matches() { [[ $1 =~ ^($2)$ ]]; }

# judge NAME: are its drops what its file says, and nothing else?
judge() {
	local name=$1 file=$dir/$1.sh where reason cause evidence routine also whose func why usual words proof place rest
	local right=0 wrong=() seen=
	where=$(said where "$file") reason=$(said reason "$file") cause=$(said cause "$file")
	evidence=$(said evidence "$file") also=$(said also "$file") routine=$(said routine "$file")
	[ "$KERNEL" != 5.10 ] || reason=-
	while IFS=$'\t' read -r whose func why usual words proof place rest; do
		[ "$whose" = "$name" ] || continue
		if [ -n "$where" ] && matches "$func" "$where" && matches "$why" "$reason" && [[ $words =~ $cause ]] &&
			[[ $proof =~ $evidence ]] && [ "$usual" = "${routine:-false}" ]; then
			right=$((right + 1))
			seen="$place	$why	$words"
		elif [ "$usual" != true ] && ! matches "$func" "${also:-none}"; then
			wrong+=("$func $why: $words [$proof] in $rest")
		fi
	done </run/drops/table
	[ -z "$where" ] && right=1
	verdict "$name" $right "${wrong[@]}"
	[ -z "$seen" ] || printf '# seen %s\t%s\n' "$name" "$seen" >&3
}

# verdict NAME RIGHT WRONG...: prints the result.
verdict() {
	local name=$1 right=$2 line
	shift 2
	if [ -s "/run/drops/$name.prepare" ] || { [ -z "$where" ] && [ -s "/run/drops/$name.send" ]; }; then
		set -- "$@" "it did not work"
	elif [ "$right" = 0 ]; then
		set -- "$@" "no drop in $where with $reason, /$cause/ and evidence /$evidence/"
	fi
	if [ $# = 0 ]; then
		echo "ok drops/$name" >&3
		return
	fi
	failures=$((failures + 1))
	{
		echo "not ok drops/$name"
		for line; do
			echo "    $line"
		done
		sed 's/^/    said: /' "/run/drops/$name.prepare" "/run/drops/$name.send"
	} >&3
}

prepare_all() {
	# What new namespaces take over from the first one.
	sysctl -qw net.core.devconf_inherit_init_net=1 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.accept_ra=0 \
		net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.router_solicitations=0
	each prepare < <(awk 'NR % 2' $list) &
	each prepare < <(awk 'NR % 2 == 0' $list)
	wait $!
}

if [ $# = 0 ]; then
	mapfile -t all < <(find "$dir" -name '*.sh' -printf '%f\n' | sort)
	set -- "${all[@]%.sh}"
fi
begin=$SECONDS
choose "$@"
prepare_all
echo "prepared after $((SECONDS - begin)) s"
trace "${drops_only[@]}"
echo "ready after $((SECONDS - begin)) s"
if [ -z "${DROPS_UNSENT:-}" ]; then
	each send <$list
else
	while read -r _ name; do : >"/run/drops/$name.send"; done <$list
fi
echo "sent after $((SECONDS - begin)) s"
sleep 2 # fragments and neighbours are given up after a second
finish
echo "done after $((SECONDS - begin)) s"
table
while read -r _ name; do
	judge "$name"
done <$list
! grep '^-' /run/drops/table || fail "these drops belong to nobody"
[ $failures = 0 ] || exit 1
