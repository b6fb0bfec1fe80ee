# SPDX-License-Identifier: GPL-2.0-only
# sample: 5.10 6.18 7.3
# A large TCP segment gets lost and is sent again in parts, for which TCP cuts it in its queue: what is cut off is a child of it.
. "$(dirname "$0")/lib.sh"
pair
go=/run/split.go
rm -f $go
at server socat -u TCP-LISTEN:5001,reuseaddr /dev/null &
ip netns exec client python3 -c '
import os, socket, subprocess, sys, time
while not os.path.exists(sys.argv[2]):
    time.sleep(0.1)
s = socket.create_connection((sys.argv[1], 5001))
loss = ("dev", "c0", "root", "netem", "loss", "100%")
subprocess.run(("tc", "qdisc", "add") + loss, check=True)
s.sendall(bytes(12000))
time.sleep(0.5)
subprocess.run(("tc", "qdisc", "del") + loss[:3], check=True)
s.shutdown(socket.SHUT_WR)
time.sleep(2)
' $server $go &
sender=$!
# An expression would not match what is in the queue: it has no headers yet.
trace -p $sender --func '__tcp_transmit_skb'
touch $go
wait $sender
finish
large='($path | map(select(.len > 1500)))'
expect "a segment of several packets is sent" "$large != []"
expect "and later the rest of one, as its child" "$large as \$large | \$path | any(. as \$rest | \$large
	| any(.packet_id == \$rest.parent_id and .len > \$rest.len and .ts < \$rest.ts))"
done_testing
