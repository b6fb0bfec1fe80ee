# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A TCP connection that one side closes later than the other, both families: its FIN meets TIME_WAIT.
prepare() {
	pair
	serve b drop_sockets.py late "$b" 7
	serve b drop_sockets.py late "$b6" 7
}
send() {
	at a bash -c "echo data >/dev/tcp/$b/7; echo data >/dev/tcp/$b6/7; sleep 0.8"
}
