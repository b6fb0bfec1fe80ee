# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What benchmarks share in the test machine: the tools under test, started and ended, and their figures. A figure is a line
# KERNEL TABLE ROW COLUMN VALUE, separated by tabs, on stdout; report.awk makes tables of them. Lines with # are printed above those.
# shellcheck source=tests/scenarios/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scenarios/lib.sh"

peers=/run/peers
patience=600 # seconds for a tool to become ready
lines=/tmp/lines messages=/tmp/messages
table=${table:-}
mkfifo /run/never
exec {never}<>/run/never

# figure ROW COLUMN VALUE
figure() { printf '%s\t%s\t%s\t%s\t%s\n' "$KERNEL" "$table" "$1" "$2" "$3"; }

# mount_peers: pwru and bpftrace are of another Debian release, in a root of their own that sees this machine's kernel.
mount_peers() {
	local dir
	mkdir -p $peers
	mount /dev/vdd $peers
	for dir in proc sys dev; do
		mount --rbind /$dir $peers/$dir
	done
	mount --bind /run $peers/run
	echo "# Linux $(uname -r), $(skbtrace -V | head -n 1), $(grep -E '^(pwru|bpftrace) ' $peers/versions | paste -sd ' ')"
}

# steady_pair: a pair whose neighbour never becomes stale: every packet would call neigh_resolve_output(), and be dearer by a hit.
steady_pair() {
	pair
	ip -n client neigh replace "$server" dev c0 nud permanent \
		lladdr "$(ip -n server -j link show s0 | jq -r '.[0].address')"
}

skbtrace_tool() { exec skbtrace --ready-file "$ready" "$@"; }

pwru_tool() { exec chroot $peers pwru --ready-file "$ready" "$@"; }

# bpftrace_tool FUNCTION...: an empty program on each. BEGIN runs when all are attached.
bpftrace_tool() {
	local probes
	probes=$(printf ',kprobe:%s' "$@")
	exec chroot $peers bpftrace -B none -e "BEGIN { printf(\"ready\\n\"); } ${probes#,} { }"
}

# has_options ARGS...: skbtrace would take an option that it does not have for the beginning of another one.
has_options() {
	local word
	for word; do
		[[ $word != --* ]] || skbtrace --help | grep -q -e "$word\\b" || return
	done
}

# start TOOL ARGS...: returns when it traces; its process is $tool then, started at $began. 2: it has no such option, 4: not on this
# kernel.
start() {
	local kind=$1 status=0 since=$SECONDS
	shift
	[ "$kind" != skbtrace ] || has_options "$@" || return 2
	rm -f "$ready"
	: >$lines # what the tool before printed must not make this one ready
	# shellcheck disable=SC2034 # for the scripts that source this
	began=$EPOCHREALTIME
	"${kind}_tool" "$@" >$lines 2>$messages </dev/null &
	tool=$!
	until tool_ready; do
		[ $((SECONDS - since)) -lt $patience ] || kill -KILL $tool
		if ! kill -0 $tool 2>/dev/null; then
			wait $tool || status=$?
			[ $status = 2 ] || [ $status = 4 ] || note_end "$kind $*" "$status"
			return $((status ? status : 1))
		fi
		nap
	done
}

# nap: a moment of sleep without a process that would be measured along.
nap() { read -rt 0.02 -u "$never" || true; }

# bpftrace has no ready file, but says so.
tool_ready() {
	local said
	[ ! -e "$ready" ] || return 0
	mapfile -t said <$lines
	[[ " ${said[*]} " == *" ready "* ]]
}

note_end() { echo "$1: ended with $2 before it was ready: $(tail -n 3 $messages)" >&2; }

# stop: ends $tool as Ctrl-C does.
stop() {
	kill -INT "$tool"
	wait "$tool"
}

# settle: returns when nothing was added to the tool's output for a second.
settle() {
	local before=-1 now
	while now=$(stat -c %s $lines) && [ "$now" != "$before" ]; do
		before=$now
		sleep 1
	done
}

# packet_lines: how many events the tool has printed. skbtrace's lines have the packets' port, pwru's begin with the skb.
packet_lines() { grep -cE '^0x|:9\b' $lines; }

# lost_events: by skbtrace's own summary.
lost_events() { sed -n 's/^[0-9]* packets\{0,1\}, .* \([0-9]*\) lost$/\1/p' $messages; }

# memory: the most that the tool had resident, in MB.
memory() { awk '/^VmHWM:/ { printf "%.1f", $2 / 1024 }' "/proc/$tool/status"; }

# rows FILE: its lines without comments, as "ROW<tab>TOOL ARGS...".
rows() { sed '/^#/d; /^$/d' "$(dirname "${BASH_SOURCE[0]}")/$1"; }
