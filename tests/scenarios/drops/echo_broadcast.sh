# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An echo request to a broadcast address, which is not answered.
# where: icmp_rcv
# reason: INVALID_PROTO|NOT_SPECIFIED
# cause: a broadcast or multicast address, which this host does not answer
prepare() { pair; }
send() { frame a a0 dmac=ff:ff:ff:ff:ff:ff kind=echo src="$a" dst="10.$n.1.255"; }
