# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A generic XDP program.
# where: netif_receive_generic_xdp|do_xdp_generic|bpf_prog_run_generic_xdp|__netif_receive_skb_core
# reason: XDP
# cause: XDP
prepare() {
	pair
	python3 "$programs/xdp.py" 1 /sys/fs/bpf/drops_xdp
	nsenter --net="/run/netns/$name.b" ip link set b0 xdpgeneric pinned /sys/fs/bpf/drops_xdp
	rm /sys/fs/bpf/drops_xdp
}
send() { udp a "$b" 9; }
