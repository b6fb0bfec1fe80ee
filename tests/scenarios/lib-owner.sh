# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# For scenarios about the processes behind packets.
#
#	serve PROGRAM PORT	starts a server of programs/ in the namespace server, returns when it listens; its pid is in $served
#	from_client PORT	sends one UDP packet there
programs=$(dirname "${BASH_SOURCE[0]}")/programs
servers=
trap 'kill $servers 2>/dev/null' EXIT

serve() {
	rm -f /run/serving
	# Not through at(): $! has to be the server's own pid, and ip netns exec becomes it.
	ip netns exec server python3 "$programs/$1.py" "$server" "$2" /run/serving &
	served=$!
	servers="$servers $served"
	for _ in $(seq 1800); do
		[ ! -e /run/serving ] || return 0
		sleep 0.1
	done
	die "$1 does not listen"
}

from_client() { at client python3 "$programs/udp_send.py" "$server" "$1"; }
