# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A generic XDP program.
# where: netif_receive_generic_xdp|do_xdp_generic|bpf_prog_run_generic_xdp|__netif_receive_skb_core
# reason: XDP|NOT_SPECIFIED
# cause: XDP
# evidence: xdp: XDP program .* on b0, generic
prepare() {
	pair
	ulimit -l unlimited # on 5.10 the maps of the trace count as this user's locked memory
	# Not below /sys, which ip mounts anew for a namespace.
	mkdir -p /run/bpf
	mountpoint -q /run/bpf || mount -t bpf bpf /run/bpf
	python3 "$programs/xdp.py" 1 /run/bpf/drops_xdp
	ip -n "$name.b" link set b0 xdpgeneric pinned /run/bpf/drops_xdp
	rm /run/bpf/drops_xdp
}
send() { udp a "$b" 9; }
