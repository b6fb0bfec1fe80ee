# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Questions about returns, beside lib.sh.

# udp NS ADDRESS PORT...: sends a datagram to each port.
udp() {
	at "$1" python3 - "${@:2}" <<'PY'
import socket, sys
for port in sys.argv[2:]:
    s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        s.sendto(b"x" * 64, (sys.argv[1], int(port)))
    except OSError:
        pass
PY
}

# returned WHAT FIELDS...: some return has these values: returned "a drop" dport=4242 verdict='"DROP"'.
returned() {
	local what=$1 condition=.returned
	shift
	for field in "$@"; do condition+=" and .${field%%=*} == ${field#*=}"; done
	expect "$what" "\$all | any($condition)"
}

# A return closes a call of the same function for the same packet, and what is emitted is a line.
returns_pair() {
	expect "each return has its call" '$all | map(select(.type == "path" and .packet_id and .func != "nft_do_chain"))
		| group_by([.packet_id, .func]) | all(reduce .[] as $e ({open: 0, ok: true};
			if $e.returned then .open -= 1 | .ok = (.ok and .open >= 0) else .open += 1 end) | .ok)'
	expect "there are returns" '$all | any(.returned)'
	expect "drops are no returns" '$drop | all(.returned == false and .verdict == null and .result == null)'
	expect "it adds up" '($all | length) == $summary.emitted and $summary.matched == $summary.emitted + $summary.lost'
}
