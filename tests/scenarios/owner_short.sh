# SPDX-License-Identifier: GPL-2.0-only
# timeout: 180
# sample: 5.10 6.18 7.3
# Command lines of processes that are gone when their events are read: one that exits at once, one that executes one program after
# another, and a child that executes none. The tracer is held still meanwhile.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-owner.sh"
pair

trace -H $server udp
kill -STOP "$tracer"
from_client 6001
send=$programs/udp_send.py
at client python3 "$send" $server 6002 python3 "$send" $server 6003 python3 "$send" $server 6004
at client python3 - $server <<'PY'
import os, socket, sys
if os.fork() == 0:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (sys.argv[1], 6005))
    os._exit(0)
os.wait()
PY
kill -CONT "$tracer"
finish

# sent PORT: the events of a packet in its sender's context.
sent() { echo "(\$path | map(select(.dport == $1 and .context == \"task\")))"; }
expect "gone at once" "$(sent 6001) | length > 3 and all(.cmdline | endswith(\"udp_send.py $server 6001\"))"
expect "the same process with three programs" "[$(sent 6002), $(sent 6003), $(sent 6004)] | map(map(.pid) | unique)
	| .[0] == .[1] and .[1] == .[2] and (.[0] | length) == 1"
expect "the first of them" "$(sent 6002) | length > 3 and all(.cmdline | test(\"6002 python3 .*6003 python3 .*6004\"))"
expect "the second" "$(sent 6003) | length > 3 and all(.cmdline | test(\"^python3 [^ ]*udp_send.py $server 6003 python3 .*6004\"))"
expect "the last" "$(sent 6004) | length > 3 and all(.cmdline | test(\"^python3 [^ ]*udp_send.py $server 6004$\"))"
expect "a child has its parent's" "$(sent 6005) | length > 3 and all(.cmdline == \"python3 - $server\")"
expect "so the owner of the socket" "$(sent 6001) | all(.owner_pid == .pid and .owner_cmdline == .cmdline)"
done_testing
