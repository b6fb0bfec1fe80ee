# SPDX-License-Identifier: GPL-2.0-only
# timeout: 600
# kernels: 5.10 6.12 7.3
# sample: 5.10 7.3
# skbtrace top: 500 processes with a connection or a datagram each, of TCP and UDP, IPv4 and IPv6, that are gone before they are
# shown: each has its bytes and its name. Then more connections than there is room for: no byte is lost without a word.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_top.sh"
ip link set lo up

trace top 1
python3 "$programs/top_short.py" 127.0.0.1 ::1 >"$moved" || die "top_short.py"
finish
[ "$(wc -l <"$moved")" = 501 ] || fail "there are not 501 processes"
same_sums
jq -r 'to_entries[] | "\(.key) \(.value[2])"' "$moved" | sort >/run/names.wanted
ask '$all[] | "\(.pid) \(.comm)"' | sort -u >/run/names.all
comm -23 /run/names.wanted /run/names.all >/run/names.missing
[ ! -s /run/names.missing ] || fail "names: $(head -n 3 /run/names.missing)"

# 20,000 peers in one interval; a map holds 16,384.
trace top --by conn 60
python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
r = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
r.bind(("127.0.0.1", 0))
r.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
for port in range(1, 20001):
    s.sendto(b"12345", ("127.0.0.1", port))' 
finish
expect "some found no row" '$summary.overflow > 1000 and $summary.others_tx_sum == $summary.overflow * 5'
expect "all bytes are told" '$summary.tx_sum >= 100000 and ([$all[] | select(.others) | .tx_sum] | add) == $summary.others_tx_sum'
done_testing
