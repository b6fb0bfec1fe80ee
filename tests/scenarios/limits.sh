# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# kernels: 5.10 6.1
# 64 KiB of locked memory and 64 open files are raised where that is allowed.
. "$(dirname "$0")/lib.sh"
pair
few='ip_rcv|ip_output|icmp_rcv'
low() { (ulimit -l 64 && ulimit -Sn 64 && "$@"); }

low trace -H $server --proto icmp
tracer=$(cat "$ready")
at client ping -c 1 -W 2 -q $server >/dev/null
sleep 0.5
kill -INT "$tracer"
while [ -e "/proc/$tracer" ]; do sleep 0.1; done
jq -s -e 'last | .type == "summary" and .attached > 50 and .emitted > 10' "$events" >/dev/null ||
	fail "with low limits: $(tail -n 1 "$events") $(cat "$errors")"

# Only up to 5.10 do maps and programs count as locked memory.
if [ "$KERNEL" = 5.10 ]; then
	text=$(low setpriv --bounding-set=-sys_resource timeout 180 skbtrace --func "$few" 2>&1 >/dev/null)
	status=$?
	[[ $status = 3 && $text == *"ulimit -l"*CAP_SYS_RESOURCE* ]] || fail "without CAP_SYS_RESOURCE: exit $status, $text"
fi
done_testing
