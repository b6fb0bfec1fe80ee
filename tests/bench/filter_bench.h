/* SPDX-License-Identifier: GPL-2.0-only */
/* What filter_bench.c and filter_bench.bpf.c share: the value of the benchmark's one map. */
#ifndef TESTS_FILTER_BENCH_H
#define TESTS_FILTER_BENCH_H

#include <linux/types.h>

#define BENCH_WINDOW 256 /* the filters' largest window */
#define BENCH_PACKET 400

struct filter_bench {
	__u64 address; /* of packet[] in the kernel, as a number */
	__u32 caplen;  /* bytes in packet[] */
	__u32 wirelen;
	__u32 need; /* bytes that the filter can touch */
	__u32 verdict;
	__u8 window[BENCH_WINDOW];
	__u8 packet[BENCH_PACKET];
};

#endif
