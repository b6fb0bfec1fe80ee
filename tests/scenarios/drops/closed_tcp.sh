# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Nobody listens on the TCP port.
# where: tcp_v4_rcv
# reason: NO_SOCKET
# cause: no socket listens on TCP port 9
# evidence: listeners: no TCP socket listens on port 9
prepare() { pair; }
send() { at a bash -c "echo >/dev/tcp/$b/9"; }
