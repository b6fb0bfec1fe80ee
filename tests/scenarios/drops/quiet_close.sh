# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A TCP connection that one side closes later than the other, both families: its FIN meets TIME_WAIT.
prepare() {
	pair
	patient "10.$n.1.0/24" dev a0
	patient "fd77:$n:1::/64" dev a0 metric 256
	serve b drop_sockets.py late "$b" 7
	serve b drop_sockets.py late "$b6" 7
}
send() {
	at a bash -c "echo data >/dev/tcp/$b/7; echo data >/dev/tcp/$b6/7; sleep 0.8"
}
