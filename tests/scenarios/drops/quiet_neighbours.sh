# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Neighbours that have to be asked for first, both families.
prepare() {
	pair
	in_ns a < <(forget a0 "$b" "$b6")
	in_ns b < <(forget b0 "$a" "$a6")
}
forget() {
	echo "neigh del $2 dev $1"
	echo "neigh del $3 dev $1"
}
send() {
	at a ping -q -c 1 -W 2 "$b" && at a ping -q -c 1 -W 2 "$b6"
} >/dev/null
