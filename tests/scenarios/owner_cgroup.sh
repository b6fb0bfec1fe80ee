# SPDX-License-Identifier: GPL-2.0-only
# timeout: 180
# sample: 5.10 6.18 7.3
# The cgroup of a socket's owner, and the container that it is named after: of one that was there before the trace, and of one that
# came and went, with its process, while the tracer was held still.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/lib-owner.sh"
pair
one=$(printf '1%063d' 7) two=$(printf 'ab%062d' 9)

# enter NAME: this shell goes into a new cgroup.
enter() {
	mkdir -p "/sys/fs/cgroup/test.slice/$1" || die "no cgroup $1"
	echo $BASHPID >"/sys/fs/cgroup/test.slice/$1/cgroup.procs" || die "cannot enter $1"
}

leave() { for _ in $(seq 50); do rmdir "/sys/fs/cgroup/test.slice/$1" 2>/dev/null && return; sleep 0.1; done; die "cgroup $1 stays"; }

mkdir -p "/sys/fs/cgroup/test.slice/docker-$one.scope"
echo $$ >"/sys/fs/cgroup/test.slice/docker-$one.scope/cgroup.procs" || die "cannot enter a cgroup"
serve udp_server 4242
echo $$ >/sys/fs/cgroup/cgroup.procs

trace -H $server udp
kill -STOP "$tracer"
(enter "cri-containerd-$two.scope" && from_client 4242)
leave "cri-containerd-$two.scope"
kill $servers
leave "docker-$one.scope"
kill -CONT "$tracer"
finish

expect "the server's is known although it is gone" '$path | map(select(.func == "__udp_enqueue_schedule_skb")) | length == 1
	and .[0].owner_cgroup == "/test.slice/docker-'$one'.scope" and .[0].owner_container == "'$one'"'
expect "so is the sender's, which came and went" '$path | map(select(.context == "task" and .func == "ip_output")) | length == 1
	and .[0].owner_cgroup == "/test.slice/cri-containerd-'$two'.scope" and .[0].owner_container == "'$two'"'
done_testing
