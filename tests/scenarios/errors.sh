# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# kernels: 5.10 7.3
# What is wrong is said in one line, with the right exit code, and nothing stays attached.
. "$(dirname "$0")/lib.sh"
exits 2 "bad filter" host
exits 2 "--dropstack" --dropstak
exits 2 "nowhere" -N nowhere
exits 2 "nosuch0" -i nosuch0
exits 2 "--func" --func '('
exits 2 "10.0.0.999" -H 10.0.0.999
exits 4 "--func" --func 'no_function_is_called_so'

as_nobody=$(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all skbtrace -H 1.1.1.1 2>&1)
status=$?
[ $status = 3 ] || fail "without privilege: exit $status, not 3"
[[ $as_nobody == *CAP_* ]] || fail "without privilege no capability is named: $as_nobody"

sysctl -qw kernel.kptr_restrict=2
exits 4 "kptr_restrict" -H 1.1.1.1
sysctl -qw kernel.kptr_restrict=1

mount -t tmpfs none /sys/kernel/btf
exits 4 "type information" -H 1.1.1.1
umount /sys/kernel/btf

# In a container, where numbers of processes are others.
inside=$(unshare --pid --fork --mount-proc skbtrace -p 1 2>&1)
status=$?
[ $status = 4 ] || fail "-p in another PID namespace: exit $status, not 4"
[[ $inside == *"PID namespace of the host"* ]] || fail "-p in another PID namespace: $inside"
inside=$(unshare --pid --fork --mount-proc skbtrace --drops --duration 200ms 2>&1 >/dev/null) || fail "in another PID namespace: exit $?"
[[ $inside == *"in a PID namespace of its own"*"ready in"* ]] || fail "in another PID namespace: $inside"

# Nobody reads any more: quiet, and a success.
rm -f "$ready"
pair
{
	timeout 180 skbtrace --ready-file "$ready" --func 'ip_rcv|ip_output' -H $server 2>"$errors"
	echo $? >/run/status
} | head -n 1 >/dev/null &
for _ in $(seq 1800); do
	[ -e "$ready" ] && break
	sleep 0.1
done
at client ping -c 10 -i 0.2 -q $server >/dev/null
wait
[ "$(cat /run/status)" = 0 ] || fail "a closed pipe ends in $(cat /run/status)"
[ "$(grep -vcE '^ready in|^TIME ' "$errors")" = 0 ] || fail "a closed pipe is not quiet: $(cat "$errors")"
done_testing
