# SPDX-License-Identifier: GPL-2.0-only
# timeout: 900
# Each way to lose a packet, and traffic that loses none: one file in drops/ each, all in one run of skbtrace.
# drops.sh [NAME...]: only these. Results go to file descriptor 3, a line each. drops/README.md says what a file holds.
# DROPS_UNSENT=1 sends nothing: each cause must fail then.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_drops.sh"
dir=$(dirname "$0")/drops
rm -rf /run/drops && mkdir /run/drops || exit 1
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
	local name number=0
	for name; do
		[ -r "$dir/$name.sh" ] || die "there is no drops/$name"
	done
	for name; do
		echo "$dir/$name.sh"
	done | xargs awk -v kernel="$KERNEL" -f "$dir/said.awk" >/run/drops/said
	awk -F '\t' '$7 != "" { printf "skip drops/%s (%s)\n", $1, $7 }' /run/drops/said >&3
	awk -F '\t' -v OFS='\t' '{ n++ } $7 == "" { print $1, n, $2, $3, $4, $5, $6 }' /run/drops/said >/run/drops/causes
	awk '{ print $2, $1 }' /run/drops/causes >$list
}

# complaints: what prepare and send of each printed.
complaints() {
	local step
	for step in prepare send; do
		(cd /run/drops && grep -Hs . -- *.$step | sed "s/\.$step:/\t$step: /")
	done
}

# attempt: traces while those of $list send, and judges. The results are in /run/drops/results.
attempt() {
	trace --drops
	echo "ready after $((SECONDS - begin)) s"
	if [ -z "${DROPS_UNSENT:-}" ]; then
		each send <$list
	fi
	echo "sent after $((SECONDS - begin)) s"
	sleep 2 # fragments and neighbours are given up after a second
	finish
	echo "done after $((SECONDS - begin)) s"
	complaints >/run/drops/complaints
	jq -r -s --arg kernel "$KERNEL" --rawfile causes /run/drops/causes --rawfile complaints /run/drops/complaints -f "$dir/judge.jq" \
		"$events" >/run/drops/results
}

# once_more: skbtrace spends a fifth of its time on evidence, and what is due beyond that goes without; on a busy machine that can be
# too little for all of these at once. So the few that failed are tried again by themselves; succeeds if there are such.
once_more() {
	local bad
	mapfile -t bad < <(sed -n 's,^not ok drops/,,p' /run/drops/results)
	[ -z "${DROPS_UNSENT:-}" ] && [ ${#bad[@]} -gt 0 ] && [ ${#bad[@]} -le 5 ] && [[ " ${bad[*]} " != *" nobody "* ]] || return
	echo "once more: ${bad[*]}"
	sed -n '/^ok /p; /^# seen /p' /run/drops/results | grep -vE "^# seen ($(IFS='|' && echo "${bad[*]}"))\s" >/run/drops/good
	printf '%s\n' "${bad[@]}" >/run/drops/bad
	awk -F '\t' 'FNR == NR { bad[$1]; next } $1 in bad' /run/drops/bad /run/drops/causes >/run/drops/causes.bad
	mv /run/drops/causes.bad /run/drops/causes
	awk '{ print $2, $1 }' /run/drops/causes >$list
	rm -f /run/drops/*.send /run/drops/*.prepare
	sleep 5 # for its share of time
}

prepare_all() {
	# What new namespaces take over from the first one, until this scenario ends.
	trap 'sysctl -qw net.core.devconf_inherit_init_net=0' EXIT
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
sleep 2 # what IPv6 says by itself on new links is over then
echo "prepared after $((SECONDS - begin)) s"
attempt
: >/run/drops/good
if once_more; then
	attempt
fi
cat /run/drops/good /run/drops/results >&3
! grep -q '^not ok' /run/drops/results && grep -q '^ok' /run/drops/good /run/drops/results
