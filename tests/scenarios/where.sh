# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# sample: 5.10 6.18 7.3
# --where: conditions on fields of the skb, its device and its socket, with this kernel's types.
. "$(dirname "$0")/lib.sh"
pair
few='ip_output|ip_finish_output|dev_hard_start_xmit|ip_rcv|icmp_rcv'

trace -H $server --proto icmp --func "$few" --no-follow --where 'skb->dev->name == "s0" && skb->dev->mtu == 1500'
at client ping -c 1 -W 2 -q $server >/dev/null
finish
expect "the device by its name" '$path | length >= 3 and all(.ifname == "s0")'

trace -H $server --proto icmp --func "$few" --no-follow --where '(skb->mark & 0xff) == 0x12 && skb->len > 500'
at client ping -c 1 -W 2 -q -m 18 -s 1000 $server >/dev/null
at client ping -c 1 -W 2 -q -m 18 -s 10 $server >/dev/null
at client ping -c 1 -W 2 -q -m 19 -s 1000 $server >/dev/null
finish
expect "mark and length" '$path | length >= 3 and all(.mark == 18 and .len > 500)'

trace --no-follow --func "$few" --where 'skb->sk->sk_protocol == 17'
echo x | at client nc -u -w 1 $server 4243
at client ping -c 1 -W 2 -q $server >/dev/null
finish
expect "the socket's protocol; no socket, no match" '$path | length >= 2 and all(.proto == "UDP")'

exits 2 "mark" --where 'skb->marc == 1'
exits 2 "--where" --where 'skb->mark =='
done_testing
