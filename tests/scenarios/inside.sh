# SPDX-License-Identifier: GPL-2.0-only
# timeout: 400
# kernels: 5.10 7.3
# -x shows the bytes that were sent, -xx the Ethernet header before them, --skb the kernel's own structs.
. "$(dirname "$0")/lib.sh"
pair
letters=$(dirname "$0")/programs/letters.py
at server python3 "$letters" listen $server >/run/listening &
listener=$!
until [ -s /run/listening ]; do sleep 0.1; done

hex() { od -An -v -tx1 | tr -d ' \n'; }
all_letters=$(for letter in a b c d e f g h i j k l; do printf "$letter%.0s" $(seq 100); done | hex)
quote='The quick brown fox jumps over the lazy dog'
say() {
	at client python3 -c 'import socket, sys
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(sys.argv[1].encode(), ("10.77.1.2", 4242))' "$quote"
}
quoted='endswith("'$(printf %s "$quote" | hex)'")'
# line KEY REGEX: a line of this dump is like that.
line() { printf '(.%s | split("\\n") | any(test("^%s$")))' "$@"; }

# A packet with linear data, dropped at a closed port. All of it is shown: 71 bytes of IP.
for backend in $(backends); do
	trace -x --skb=shinfo --callstack --backend "$backend" --func 'ip_output|dev_hard_start_xmit|ip_rcv' udp port 4242
	say
	finish
	expect "$backend: three places" '$path | funcs == ["ip_output", "dev_hard_start_xmit", "ip_rcv"]'
	expect "$backend: what was sent, and a drop of it" '$drop | length == 1'
	expect "$backend: in the bytes of each" '$all | all(.bytes | '"$quoted"')'
	expect "$backend: from the IP header on" '$all | all(.bytes | length == 142 and startswith("4500"))'
	expect "$backend: the length of the skb" '$all | all(.len as $len | .skb_dump | split("\n") | any(. == "len = \($len)"))'
	expect "$backend: and its protocol" "\$all | all($(line skb_dump 'protocol = 0x0800'))"
	expect "$backend: its owner's function" "\$path[0] | $(line skb_dump 'destructor = sock_wfree')"
	expect "$backend: no fragment" '$all | all(.shinfo_dump | test("nr_frags|gso") | not)'
	expect "$backend: stacks are where they were" '$path | all(.stack[0] | startswith("ip_") or startswith("dev_") or startswith("__"))'
done

# With the Ethernet header where there is one; no more than asked for.
mac() { at "$1" cat "/sys/class/net/$2/address" | tr -d :; }
trace -xx -s 60 --func 'ip_output|ip_rcv' udp port 4242
say
finish
expect "no Ethernet header yet, 60 bytes of IP" '$path[0].bytes | length == 120 and startswith("4500")'
expect "an Ethernet header, and 46 bytes" '$path[1].bytes | length == 120 and startswith("'"$(mac server s0)$(mac client c0)"'08004500")'
expect "nothing else" '$all | all(.skb_dump == null and .shinfo_dump == null)'
trace --skb --func ip_rcv udp port 4242
say
finish
expect "an skb only" '$all | length == 2 and all(.bytes == null and .skb_dump != null and .shinfo_dump == null)'
trace --func ip_rcv udp port 4242
say
finish
expect "nothing that was not asked for" '$all | length == 2 and all(.bytes == null and .skb_dump == null and .shinfo_dump == null)'

# Data in twelve page fragments (on 6.1 the first piece of UDP is linear), also where TCP has no IP header yet.
trace -x -s 2048 --skb=shinfo --keep --where 'skb->data_len >= 1100' --func '__ip_queue_xmit|ip_output|dev_hard_start_xmit|ip_rcv' port 8097
at client python3 "$letters" udp $server || die "cannot send"
at client python3 "$letters" tcp $server || die "cannot send"
finish
for place in UDP/ip_output UDP/dev_hard_start_xmit UDP/ip_rcv TCP/__ip_queue_xmit TCP/ip_output TCP/dev_hard_start_xmit TCP/ip_rcv; do
	expect "$place" '$path | any(.proto == "'${place%/*}'" and .func == "'${place#*/}'")'
done
expect "all letters" '$all | all(.bytes | endswith("'"$all_letters"'"))'
expect "fragments" "\$all | all($(line shinfo_dump 'nr_frags = 1[12]') and $(line shinfo_dump 'frags.10..[a-z_]*len = 100'))"
refute "more than that" '$all | any(.shinfo_dump | test("frags\\[12\\]"))'
expect "the mark" '$path | map(select(.func == "ip_output")) | length == 2 and all('"$(line skb_dump 'mark = 7'))"
expect "from where the kernel has it on" '$path | map(select(.func == "__ip_queue_xmit")) | length > 0 and all(.bytes | length < 2600 and .[4:8] == "1fa1")'

# Packets that the card would segment: of two segments or more, as the kernel takes the way to be slow or fast.
trace --skb=shinfo --func ip_output tcp dst port 8097
at client python3 "$letters" bulk $server || die "cannot send"
finish
kill $listener
expect "a GSO packet" "\$path | any(.len > 2000 and $(line shinfo_dump 'gso_size = 1448') and $(line shinfo_dump 'gso_segs = [0-9]+'))"

# What people see.
rm -f "$ready"
skbtrace -x --skb=shinfo --func ip_rcv --ready-file "$ready" udp port 4242 >/run/text 2>"$errors" &
tracer=$!
until [ -e "$ready" ]; do
	kill -0 $tracer || die "$(cat "$errors")"
	sleep 0.1
done
say
sleep 0.5
kill -INT $tracer
wait $tracer || fail "exit $?"
grep -qE '^ {14}bytes   0x0000:  4500 0047 ([0-9a-f]{4} ){6} E\.\.G' /run/text || fail "no first line of bytes"
grep -qE '^ {22}0x0020:  7175 6963 6b20 6272 6f77 6e20 666f 7820  quick\.brown\.fox\.$' /run/text || fail "no text"
grep -qE '^ {22}len = 71$' /run/text || fail "no length"
grep -qE '^ {14}shinfo  dataref.counter = 1$' /run/text || fail "no shared info"
[ $failures = 0 ] || cat /run/text
done_testing
