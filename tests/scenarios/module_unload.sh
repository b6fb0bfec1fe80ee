# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# kernels: 5.10 6.12 7.3
# sample: 5.10 7.3
# A traced module is unloaded: the kernel refuses that, or tracing goes on without it. One that goes while skbtrace starts is no
# reason to fail.
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

# held_without_module: starts skbtrace and takes the module away when symbols are read and maps made, but nothing is attached.
# Fails if that came too late.
held_without_module() {
	modprobe bridge
	rm -f "$ready"
	skbtrace --json --ready-file "$ready" -H 127.0.0.1 --proto icmp --func 'br_.*|ip_rcv' >"$events" 2>"$errors" &
	tracer=$!
	until [ "$(find "/proc/$tracer/fd" -lname '*bpf-map*' 2>/dev/null | wc -l)" -ge 2 ]; do
		kill -0 "$tracer" || die "skbtrace ended: $(cat "$errors")"
	done
	kill -STOP "$tracer"
	if modprobe -r bridge 2>/dev/null; then return 0; fi
	kill -KILL "$tracer"
	wait "$tracer" 2>/dev/null
	return 1
}
for _ in $(seq 20); do
	if held_without_module; then break; fi
	tracer=
done
[ "$tracer" ] || die "always too late"
kill -CONT "$tracer"
while [ ! -e "$ready" ]; do
	kill -0 "$tracer" 2>/dev/null || die "skbtrace ended: $(cat "$errors")"
	sleep 0.1
done
ping -c 1 -W 2 -q 127.0.0.1 >/dev/null
finish
expect "ip_rcv is traced when the module goes before it is attached to" "$traced"
jq -s -e 'last | .attached == 1 and .skipped > 5' "$events" >/dev/null || fail "the module's functions: $(tail -n 1 "$events")"
done_testing
