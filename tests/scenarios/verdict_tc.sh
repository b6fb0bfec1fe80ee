# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# sample: 5.10 6.18 7.3
# What tc, a qdisc and a generic XDP program decide.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_verdicts.sh"
pair
modprobe -qa cls_u32 act_gact sch_tbf
at server tc qdisc add dev s0 clsact || die "no clsact"
at server tc filter add dev s0 ingress protocol ip prio 1 u32 match ip dport 7001 0xffff action drop || die "no u32"
at server tc filter add dev s0 ingress protocol ip prio 2 u32 match ip dport 7002 0xffff action pass || die "no u32"
# A datagram of 64 bytes is 106 on the wire: the bucket holds one, and the queue three more.
at client tc qdisc add dev c0 root tbf rate 800bit burst 120 limit 400 || die "no tbf"
trace --hooks rx,tx "udp and dst host $server"
udp client $server 7001
sleep 2
udp client $server 7002
sleep 2
udp client $server 7003
sleep 2
udp client $server 7004 7004 7004 7004 7004 7004 7004 7004
sleep 1
at client tc qdisc del dev c0 root
# On 5.10 the maps of the trace count as this user's locked memory.
ulimit -l unlimited
# Not below /sys, which ip mounts anew for a namespace.
mkdir -p /run/bpf
mount -t bpf bpf /run/bpf || die "no BPF file system"
python3 "$(dirname "$0")/programs/xdp.py" 1 /run/bpf/drop || die "no XDP program"
ip -n server link set dev s0 xdpgeneric pinned /run/bpf/drop || die "not attached"
udp client $server 7005
python3 "$(dirname "$0")/programs/xdp.py" 2 /run/bpf/pass
ip -n server link set dev s0 xdpgeneric off
ip -n server link set dev s0 xdpgeneric pinned /run/bpf/pass
udp client $server 7006
finish

returned "tc drops" netns_name='"server"' dport=7001 result=2 verdict='"SHOT"' hook=null table=null
returned "tc lets pass" netns_name='"server"' dport=7002 result=0 verdict='"OK"'
returned "tc has nothing to say" netns_name='"server"' dport=7003 result=-1 verdict='"UNSPEC"'
expect "by its classifiers" '$all | map(select(.verdict == "SHOT" or .verdict == "OK")) | length >= 2 and all(.func | startswith("tcf_classify"))'
enqueue=dev_qdisc_enqueue
if [ "$KERNEL" = 5.10 ]; then
	enqueue=__dev_queue_xmit
	refute "a return of each packet" '$all | any(.returned and .func == "__dev_queue_xmit" and .result == 0)'
else
	returned "the qdisc takes some" func="\"$enqueue\"" dport=7004 result=0 verdict='"SUCCESS"'
fi
returned "and refuses others" func="\"$enqueue\"" dport=7004 result=1 verdict='"DROP"'
expect "not all of them" '$all | map(select(.dport == 7004 and .returned and .verdict == "DROP")) | length | . > 0 and . < 8'
expect "XDP drops" '$all | any(.returned and .dport == 7005 and .verdict == "DROP" and .result == 1 and (.func | test("generic_xdp$")))'
expect "XDP lets pass" '$all | any(.returned and .dport == 7006 and .verdict == "PASS" and .result == 2 and (.func | test("generic_xdp$")))'
returns_pair
done_testing
