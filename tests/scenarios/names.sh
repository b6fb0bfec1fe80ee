# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# kernels: 5.10 7.3
# The kernel gives a namespace's number to the next one: the name follows.
. "$(dirname "$0")/lib.sh"
namespace first
inode=$(stat -Lc %i /run/netns/first)
trace --func ip_rcv -H 127.0.0.1
at first ping -c 1 -q 127.0.0.1 >/dev/null
sleep 2 # names are looked up when events are printed
ip netns del first
for _ in $(seq 50); do
	sleep 0.2
	namespace second
	[ "$(stat -Lc %i /run/netns/second)" = "$inode" ] && break
	ip netns del second
done
[ -e /run/netns/second ] || {
	kill "$tracer"
	echo "the number did not come again"
	exit 77
}
sleep 1.5
at second ping -c 1 -q 127.0.0.1 >/dev/null
finish
expect "two names for one number" '$path | map([.netns, .netns_name]) | unique == [['"$inode"', "first"], ['"$inode"', "second"]]'
done_testing
