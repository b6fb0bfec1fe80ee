# SPDX-License-Identifier: GPL-2.0-only
# timeout: 120
# kernels: 5.10 7.3
# A namespace has its name from its first packet to its last: those that are made and go during a run too.
. "$(dirname "$0")/lib.sh"
trace --func ip_rcv -H 127.0.0.1
for n in 1 2 3 4; do
	namespace live$n
	at live$n ping -c 1 -q 127.0.0.1 >/dev/null
done
# The name of this one goes while there is still a process in it, which sends.
ip netns exec live4 sleep 60 & # not at(): its process would be the shell
sleeping=$!
until [ "$(stat -Lc %i /proc/$sleeping/ns/net)" = "$(stat -Lc %i /run/netns/live4)" ]; do sleep 0.1; done
ip netns del live4
nsenter -t $sleeping -n ping -c 1 -q 127.0.0.2 >/dev/null
kill $sleeping
# And this one is gone before its packet is printed.
namespace short
at short ping -c 1 -q 127.0.0.3 >/dev/null
ip netns del short
finish
expect "a name for every packet" '$path | all(.netns_name != null)'
expect "all of them" '$path | map(.netns_name) | unique == ["live1", "live2", "live3", "live4", "short"]'
expect "after its name was gone too" '$path | map(select(.dst == "127.0.0.2" or .src == "127.0.0.2") | .netns_name) == ["live4", "live4"]'
done_testing
