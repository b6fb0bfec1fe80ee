# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A source route in the IP options, which is not accepted.
# where: ip_rcv_finish_core|ip_rcv_finish
# reason: NOT_SPECIFIED|IP_INHDR
# cause: its IP options are not valid, or ask for a route of their own, which b0 does not take
prepare() { pair; }
send() { frame a a0 src="$a" dst="$b" options=8307040a01010100; }
