# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An EtherType that nobody handles.
# where: __netif_receive_skb_core
# reason: UNHANDLED_PROTO
# cause: EtherType
prepare() { pair; }
send() { frame a a0 type=0x88b5; }
