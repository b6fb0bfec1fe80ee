/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What people write to count packets: libpcap with a filter, and a loop that adds up. skbtrace
 * count is held against it, in totals and in cost.
 *
 *	pcap_count [-d in|out] IFACE READY [EXPRESSION]
 *		creates the file READY once it counts; on SIGINT or SIGTERM takes what is still in
 *		the buffer and prints "PACKETS BYTES DROPPED"
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pcap/pcap.h>

enum {
	SNAPLEN = 262144,      /* as tcpdump */
	TIMEOUT_MS = 100,      /* as tcpdump waits for a block to fill */
	BUFFER = 32 * 1 << 20, /* a test that counts must not lose */
};

struct totals {
	uint64_t packets, bytes;
};

static pcap_t *capture;

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "pcap_count: %s: %s\n", what, why);
	exit(1);
}

static void on_signal(int sig)
{
	(void)sig;
	pcap_breakloop(capture);
}

static void add(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct totals *t = (struct totals *)user;

	(void)bytes;
	t->packets++;
	t->bytes += header->len;
}

static void open_capture(const char *iface, const char *expression, const char *direction)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct bpf_program program;

	capture = pcap_create(iface, why);
	if (!capture)
		die(iface, why);
	if (pcap_set_snaplen(capture, SNAPLEN) || pcap_set_timeout(capture, TIMEOUT_MS) ||
	    pcap_set_buffer_size(capture, BUFFER) || pcap_activate(capture) < 0)
		die(iface, pcap_geterr(capture));
	if (*direction &&
	    pcap_setdirection(capture, strcmp(direction, "in") == 0 ? PCAP_D_IN : PCAP_D_OUT))
		die(direction, pcap_geterr(capture));
	if (pcap_compile(capture, &program, expression, 1, PCAP_NETMASK_UNKNOWN) ||
	    pcap_setfilter(capture, &program))
		die(expression, pcap_geterr(capture));
	pcap_freecode(&program);
}

static void create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0)
		die(path, strerror(errno));
	close(fd);
}

int main(int argc, char **argv)
{
	struct totals totals = { 0 };
	struct pcap_stat stat = { 0 };
	const char *direction = "";

	if (argc > 3 && strcmp(argv[1], "-d") == 0) {
		direction = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc != 3 && argc != 4) {
		fputs("usage: pcap_count [-d in|out] IFACE READY [EXPRESSION]\n", stderr);
		return 2;
	}
	open_capture(argv[1], argc == 4 ? argv[3] : "", direction);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	create(argv[2]);
	if (pcap_loop(capture, -1, add, (u_char *)&totals) == PCAP_ERROR)
		die(argv[1], pcap_geterr(capture));
	/* The break leaves behind what is in the buffer, and a block that is not full. */
	pcap_setnonblock(capture, 1, (char[PCAP_ERRBUF_SIZE]){ 0 });
	for (int quiet = 0; quiet < 3;) {
		quiet = pcap_dispatch(capture, -1, add, (u_char *)&totals) > 0 ? 0 : quiet + 1;
		usleep(TIMEOUT_MS * 1000);
	}
	pcap_stats(capture, &stat);
	printf("%" PRIu64 " %" PRIu64 " %u\n", totals.packets, totals.bytes, stat.ps_drop);
	return 0;
}
