/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sends UDP datagrams from one network namespace to another and says what one costs.
 *
 *	udp_cost FROM TO ADDRESS PACKETS [PID FILE]
 *		prints three times in ns, each divided by PACKETS: the sender's clock; how long
 *process PID had the CPU meanwhile; and how long it had it until it had no more to write to FILE
 *	udp_cost -s SECONDS FROM TO ADDRESS
 *		as many as possible; prints how many were sent
 *
 * FROM and TO are names of ip netns. The receiver is a socket of this process that nobody reads
 * while the clock runs, with room for every packet: reading would add system calls to the cost, and
 * a closed port would answer each packet with an ICMP error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	PORT = 9,
	PAYLOAD = 64,
	ROOM = 1 << 28,
	BATCH = 64,        /* packets between two looks at the clock, for -s */
	LOOK_NS = 2000000, /* how often to look whether the tool has written more */
	QUIET_LOOKS = 150, /* without more: it is done; skbtrace writes every 50 ms */
};

struct ends {
	int from, to;
	struct sockaddr_in addr;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "udp_cost: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Processor time of all threads of a process, in ns; 0 if there is none. */
static uint64_t cpu_ns(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (!pid || clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		return 0;
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int socket_in(const char *netns)
{
	char path[128];
	int ns, fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		die(path);
	close(ns);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		die("socket");
	return fd;
}

static void open_ends(struct ends *e, const char *from, const char *to, const char *address)
{
	int room = ROOM;

	e->addr.sin_family = AF_INET;
	e->addr.sin_port = htons(PORT);
	if (inet_pton(AF_INET, address, &e->addr.sin_addr) != 1) {
		errno = EINVAL;
		die(address);
	}
	e->to = socket_in(to);
	if (setsockopt(e->to, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(e->to, (struct sockaddr *)&e->addr, sizeof(e->addr)))
		die("receiver");
	e->from = socket_in(from);
	if (connect(e->from, (struct sockaddr *)&e->addr, sizeof(e->addr)))
		die("connect");
}

static void send_some(const struct ends *e, uint64_t packets)
{
	static const char payload[PAYLOAD];

	for (uint64_t i = 0; i < packets; i++)
		if (send(e->from, payload, sizeof(payload), 0) < 0 && errno != ENOBUFS)
			die("send");
}

static void read_all(const struct ends *e)
{
	char got[PAYLOAD];

	while (recv(e->to, got, sizeof(got), MSG_DONTWAIT) >= 0)
		;
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_size;
}

/* Processor time of the tool when its output was last seen to grow: some poll without end. */
static uint64_t cpu_when_written(pid_t pid, const char *path)
{
	const struct timespec look = { .tv_nsec = LOOK_NS };
	uint64_t used = cpu_ns(pid), now_used;
	off_t size = size_of(path), now_size;

	for (int quiet = 0; quiet < QUIET_LOOKS; quiet++) {
		nanosleep(&look, NULL);
		now_used = cpu_ns(pid);
		now_size = size_of(path);
		if (now_size == size)
			continue;
		size = now_size;
		used = now_used;
		quiet = 0;
	}
	return used;
}

static void time_packets(const struct ends *e, uint64_t packets, pid_t pid, const char *path)
{
	uint64_t start, used, clock, during, written;

	send_some(e, 10); /* the first ones find caches and neighbours cold */
	read_all(e);
	cpu_when_written(pid, path);
	used = cpu_ns(pid);
	start = now_ns();
	send_some(e, packets);
	clock = now_ns() - start;
	during = cpu_ns(pid) - used;
	written = cpu_when_written(pid, path) - used;
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", clock / packets, during / packets,
	       written / packets);
	fflush(stdout);
	read_all(e);
}

static void flood(const struct ends *e, unsigned int seconds)
{
	uint64_t end = now_ns() + seconds * 1000000000ULL, sent = 0;

	while (now_ns() < end) {
		send_some(e, BATCH);
		read_all(e);
		sent += BATCH;
	}
	printf("%" PRIu64 "\n", sent);
}

int main(int argc, char **argv)
{
	struct ends e = { 0 };

	if (argc == 6 && !strcmp(argv[1], "-s")) {
		open_ends(&e, argv[3], argv[4], argv[5]);
		flood(&e, (unsigned int)strtoul(argv[2], NULL, 10));
	} else if (argc == 5 || argc == 7) {
		open_ends(&e, argv[1], argv[2], argv[3]);
		time_packets(&e, strtoull(argv[4], NULL, 10), argc == 7 ? atoi(argv[5]) : 0,
			     argc == 7 ? argv[6] : "");
	} else {
		fprintf(stderr,
			"usage: udp_cost FROM TO ADDRESS PACKETS [PID FILE] | -s SECONDS FROM TO "
			"ADDRESS\n");
		return 2;
	}
	return 0;
}
