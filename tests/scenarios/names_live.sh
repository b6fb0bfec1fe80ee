# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# A namespace has its name from its first packet to its last: those that are made and go during a run too.
. "$(dirname "$0")/lib.sh"
trace --func ip_rcv -H 127.0.0.1
for n in 1 2 3 4; do
	namespace live$n
	at live$n ping -c 1 -q 127.0.0.1 >/dev/null
done
# The name of this one goes while a process still sends in it.
at live4 ping -c 4 -i 0.3 -q 127.0.0.2 >/dev/null &
pinging=$!
sleep 0.5
ip netns del live4
wait $pinging
# And this one is gone before its packet is printed.
namespace short
at short ping -c 1 -q 127.0.0.3 >/dev/null
ip netns del short
finish
expect "a name for every packet" '$path | all(.netns_name != null)'
expect "all of them" '$path | map(.netns_name) | unique == ["live1", "live2", "live3", "live4", "short"]'
expect "after its name was gone too" '$path | map(select(.netns_name == "live4" and .dst == "127.0.0.2")) | length == 8'
done_testing
