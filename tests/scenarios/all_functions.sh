# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# kernels: 5.10 6.12 7.3
# sample: 5.10 7.3
# Functions beyond the hook table: --all, --module, --func, and the command probes.
. "$(dirname "$0")/lib.sh"
pair
adds_up() {
	jq -s -e 'last | .matched == .emitted + .lost and .hits >= .matched and .emitted > 0' "$events" >/dev/null ||
		fail "$1: the counts do not add up: $(tail -n 1 "$events")"
}

# Attaching single kprobes one by one takes a minute for all functions, so there a part has to do.
case $KERNEL in
5.10 | 6.1) part=(--func 'icmp_.*|ip_rcv.*|ip_local_.*') multi= ;;
*) part=() multi=1 ;;
esac
trace --all "${part[@]}" -H $server --proto icmp
at client ping -c 3 -W 2 -i 0.3 -q $server >/dev/null
finish
adds_up "--all"
expect "functions of the table" '$path | any(.func == "icmp_rcv")'
expect "and one that is not in it" '$path | any(.func == "icmp_echo" and .src == "10.77.1.1")'
if [ "$multi" ]; then
	jq -s -e 'last | .attached > 800 and .skipped > 0' "$events" >/dev/null || fail "few functions: $(tail -n 1 "$events")"
	# Without a filter, while other programs' netlink messages and Unix sockets are busy.
	trace --all
	at client ping -c 3 -W 2 -i 0.3 -q $server >/dev/null
	ip -n client addr >/dev/null
	finish
	adds_up "--all without a filter"
	refute "netlink" '$path | any(.func | test("^(netlink|rtnetlink|nla|unix)_"))'
fi

trace --module veth
at client ping -c 1 -W 2 -q $server >/dev/null
finish
adds_up "--module"
expect "only functions of that module" '$path | length > 0 and all(.func | startswith("veth_"))'

exits 2 "one or the other" --all --route
exits 4 'no module "nowhere"' --module veth,nowhere
exits 4 "add --all" --func icmp_echo
exits 4 "ip_rcv" --func ip_rvc
exits 4 "icmp_echo" --all --func icmp_ehco

probes() { skbtrace probes --json "$@" >"$events" 2>"$errors" || fail "skbtrace probes $*: $(cat "$errors")"; }
probes --func 'icmp_(rcv|echo)'
jq -s -e --arg multi "$multi" 'last | .type == "probes" and .traceable == 2 and .tried == ($multi == "1")' "$events" >/dev/null ||
	fail "probes: $(cat "$events")"
probes --backend kprobe --func 'icmp_(rcv|echo)|netlink_rcv_skb'
jq -s -e 'last | .tried and .by_backend.kprobe == 2 and .by_reason["its skb is a netlink message"] == 1' "$events" >/dev/null ||
	fail "probes --backend kprobe: $(cat "$events")"
[ ! -s /sys/kernel/tracing/enabled_functions ] || fail "left attached: $(cat /sys/kernel/tracing/enabled_functions)"
rm -f "$events"
done_testing
