# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# Which rule of nft decided, by its handle: in the base chain, in a chain jumped to, by a verdict map, by reject; a policy has none.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib_verdicts.sh"
pair
{
	cat <<-'NFT'
		table inet t {
			map ports { type inet_service : verdict; elements = { 8081 : drop, 8087 : jump further } }
			chain further { udp dport 8087 drop; }
			chain sub { udp dport 8082 drop; udp dport 8083 accept; }
			chain long {
	NFT
	for ((i = 0; i < 140; i++)); do echo "udp dport $((9000 + i)) accept"; done
	cat <<-'NFT'
				udp dport 8089 drop
			}
			chain input {
				type filter hook input priority 0; policy accept;
				udp dport 8080 drop
				udp dport vmap @ports
				jump sub
				udp dport 8084 reject
				udp dport 8088 accept
				goto long
			}
		}
		table ip strict {
			chain last { type filter hook input priority 10; policy drop; udp dport != 8086 accept; }
		}
	NFT
} >/run/rules.nft
at server nft -f /run/rules.nft || die "no nft"
# handle TABLE CHAIN RULE
handle() { at server nft -a list chain $1 "$2" | sed -n "s/^.*$3 # handle //p"; }
trace --hooks netfilter "udp and dst host $server"
udp client $server 8080 8081 8082 8083 8084 8086 8087 8088 8089 9001
finish

# decided PORT VERDICT TABLE CHAIN RULE
decided() {
	local rule=null
	[ -z "$5" ] || rule=$(handle "$3" "$4" "$5")
	[ -n "$rule" ] || die "no rule \"$5\" in $4"
	returned "port $1: $2 by rule $rule of $3 $4" func='"nft_do_chain"' dport="$1" verdict="\"$2\"" hook='"INPUT"' \
		family="\"${3%% *}\"" table="\"${3##* }\"" chain="\"$4\"" rule="$rule"
}
decided 8080 DROP "inet t" input "dport 8080 drop"
decided 8081 DROP "inet t" input "dport vmap @ports"
decided 8082 DROP "inet t" sub "dport 8082 drop"
decided 8083 ACCEPT "inet t" sub "dport 8083 accept"
decided 8084 DROP "inet t" input "dport 8084 reject"
decided 8087 DROP "inet t" further "dport 8087 drop"
decided 8088 ACCEPT "inet t" input "dport 8088 accept"
decided 9001 ACCEPT "inet t" long "dport 9001 accept"
decided 8086 ACCEPT "inet t" input "" # the policy
decided 8086 DROP "ip strict" last ""
decided 8088 ACCEPT "ip strict" last "dport != 8086 accept"
# Behind the rules that are looked at, the base chain is all that is known.
decided 8089 DROP "inet t" input ""
returned "the hook drops as well" func='"nf_hook_slow"' dport=8080 verdict='"DROP"' result=-1 hook='"INPUT"'
returned "and lets pass" func='"nf_hook_slow"' dport=8088 verdict='"ACCEPT"' result=1 hook='"INPUT"' netns_name='"server"'
refute "no other rule is named" '$all | any(.returned and .func != "nft_do_chain" and .rule != null)'
returns_pair
done_testing
