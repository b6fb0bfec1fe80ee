# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# 127.0.0.1 as destination, from outside.
# where: ip_rcv_finish_core|ip_rcv_finish
# reason: IP_LOCALNET|NOT_SPECIFIED
# reason 6.18 7.3: IP_LOCALNET
# cause: 127\.0\.0\.1
# evidence: route: .*refused for these addresses
prepare() { pair; }
send() { frame a a0 src="$a" dst=127.0.0.1; }
