# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# Last of all, because lockdown cannot be undone: integrity still lets us trace, confidentiality is named and ends in 4.
. "$(dirname "$0")/lib.sh"
lockdown=/sys/kernel/security/lockdown
[ -e $lockdown ] || {
	echo "this kernel has no lockdown"
	exit 77
}
pair
echo integrity >$lockdown || die "no lockdown integrity"
trace -H $server --func 'ip_output|ip_rcv'
at client ping -c 1 -W 2 -q $server >/dev/null
finish
expect "integrity: traced as ever" '$path | length == 4'

echo confidentiality >$lockdown || die "no lockdown confidentiality"
exits 4 "lockdown is in confidentiality mode" -H $server
done_testing
