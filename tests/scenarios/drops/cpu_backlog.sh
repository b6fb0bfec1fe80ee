# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Fragments that the router makes come faster than the input queue of the CPU is emptied.
# where: enqueue_to_backlog|netif_rx_internal|netif_rx
# reason: CPU_BACKLOG
# also: ip_do_fragment|ip_expire|inet_frag_rbtree_purge
# cause: queue of the CPU
prepare() {
	routed
	set_sysctl a net.ipv4.ip_no_pmtu_disc=1 # no DF
	in_ns a <<<"link set a0 mtu 9000"
	in_ns r <<-END
		link set ra mtu 9000
		link set rb mtu 576
	END
}
send() {
	local before
	before=$(sysctl -n net.core.netdev_max_backlog)
	sysctl -qw net.core.netdev_max_backlog=1
	udp a "$far" 9 4000
	sysctl -qw net.core.netdev_max_backlog="$before"
}
