# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# A traced module is unloaded: the kernel refuses that, or tracing goes on without it. Modules that come and go while skbtrace
# starts are no reason to fail.
. "$(dirname "$0")/lib.sh"
ip link set lo up
case $KERNEL in
5.10 | 6.1) backends="kprobe" ;;
6.*) backends="kprobe kprobe.multi" ;;
*) backends="kprobe kprobe.multi fentry.multi" ;;
esac
traced='$path | any(.func == "ip_rcv")'

for backend in $backends; do
	modprobe bridge || die "no module bridge"
	trace -H 127.0.0.1 --proto icmp --backend "$backend" --func 'br_.*|ip_rcv'
	modprobe -r bridge 2>/dev/null
	ping -c 1 -W 2 -q 127.0.0.1 >/dev/null
	finish
	expect "$backend: ip_rcv is traced after the module was unloaded" "$traced"
	jq -s -e 'last | .attached > 1 and .lost == 0' "$events" >/dev/null || fail "$backend: $(tail -n 1 "$events")"
done

while :; do
	modprobe bridge
	modprobe -r bridge
done 2>/dev/null &
coming_and_going=$!
for _ in 1 2 3 4; do
	trace -H 127.0.0.1 --proto icmp --func 'br_.*|ip_rcv'
	ping -c 1 -W 2 -q 127.0.0.1 >/dev/null
	finish
	expect "ip_rcv is traced while modules come and go" "$traced"
done
kill $coming_and_going
wait $coming_and_going 2>/dev/null
done_testing
