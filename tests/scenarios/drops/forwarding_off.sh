# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The host in the middle does not forward.
# where: ip_error
# reason: IP_INADDRERRORS
# cause: ra does not forward
# evidence: forwarding: net\.ipv4\.conf\.ra\.forwarding = 0
prepare() {
	routed
	set_sysctl r net.ipv4.ip_forward=0
}
send() { udp a "$far" 9; }
