# SPDX-License-Identifier: GPL-2.0-only
# timeout: 400
# kernels: 5.10 7.3
# -p, -N, -i and --mark each let through their own packets and no others.
. "$(dirname "$0")/lib.sh"
pair
# Not through at(): $! has to be ping's own pid, and ip netns exec becomes ping.
ip netns exec client ping -i 0.2 -q $server >/dev/null &
wanted=$!
ip netns exec client ping -i 0.2 -q $server >/dev/null &
other=$!
sleep 0.5

trace -p $wanted --proto icmp
sleep 1
finish
expect "-p: events of that process" '$all | map(select(.context == "task")) | length > 3 and all(.pid == '$wanted')'
expect "-p: followed to the receiver" '$path | any(.func == "icmp_rcv" and .netns_name == "server")'
kill $wanted $other

inode=$(stat -Lc %i /run/netns/server)
for given in server /run/netns/server "$inode"; do
	trace -N "$given" --func 'ip_rcv|ip_output' -H $server
	at client ping -c 1 -W 2 -q $server >/dev/null
	finish
	expect "-N $given: both directions, there only" '$path | (funcs | unique) == ["ip_output", "ip_rcv"]
		and all(.netns == '"$inode"' and .netns_name == "server")'
done

trace -i c0 -H $server --hooks ip,tx
at client ping -c 1 -W 2 -q $server >/dev/null
at client ping -c 1 -W 2 -q -I lo 127.0.0.1 >/dev/null
finish
expect "-i: that interface only" '$all | length > 3 and all(.ifname == "c0" and .netns_name == "client")'

trace --mark 0x10/0xf0 --proto icmp --func 'ip_output|ip_finish_output'
at client ping -c 1 -W 2 -q -m 18 $server >/dev/null
at client ping -c 1 -W 2 -q -m 34 $server >/dev/null
finish
expect "--mark: the packet whose masked mark fits" '$path | length == 2 and all(.mark == 18)'
done_testing
