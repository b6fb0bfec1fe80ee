/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One program for each way to run a packet filter on kernel memory. They do the same work around a
 * stub that tracer/inject.c replaces, so that the difference to `base` is the filter alone.
 *
 * SCHED_CLS, because BPF_PROG_RUN takes it on every kernel (KPROBE programs cannot be run) and it
 * may call bpf_probe_read_kernel. The packet is in a map, and its kernel address is handed to the
 * programs as a number that the verifier knows nothing about: what a probe finds in skb->head. An
 * skb of BPF_PROG_RUN would say no more, and reaching it (bpf_cast_to_kern_ctx) needs 6.2.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "filter_bench.h"

/* As in bpf/window.bpf.h: a bound that every verifier follows. */
#define bound(x, max) asm volatile("if %0 <= %1 goto +1\n\t%0 = %1" : "+r"(x) : "i"((__u64)(max)))

/* The verifiers of 6.17 and later allow loads through the result for BTF id 0; bytes that cannot
 * be read are 0. */
extern void *bpf_rdonly_cast(const void *address, __u32 btf_id) __ksym __weak;

struct filter_bench bench;

/* See tracer/inject.h; no two alike, or the compiler would make them one. */
#define STUB(name, type, nothing)                                                                  \
	static __noinline __u32 name(type packet, __u32 caplen, __u32 wirelen)                     \
	{                                                                                          \
		volatile __u32 keep = caplen + wirelen;                                            \
                                                                                                   \
		return packet ? keep : (nothing);                                                  \
	}

STUB(filter_base, __u64, 1)
STUB(filter_copy, const __u8 *, 2)
STUB(filter_direct, const __u8 *, 3)
STUB(filter_per_load, __u64, 4)

/* Run once after loading; only privileged programs may write an address into a map. */
SEC("skbt.tc/locate")
int locate(void *ctx)
{
	bench.address = (__u64)bench.packet;
	return 0;
}

SEC("skbt.tc/base")
int base(void *ctx)
{
	bench.verdict = filter_base(bench.address, bench.caplen, bench.wirelen);
	return 0;
}

SEC("skbt.tc/copy")
int copy(void *ctx)
{
	const __u8 *window = bench.window;
	__u64 size = bench.need;

	/* A constant to the compiler would not become an argument of the stub. */
	asm volatile("" : "+r"(window));
	if (size > bench.caplen)
		size = bench.caplen;
	bound(size, BENCH_WINDOW);
	if (bpf_probe_read_kernel(bench.window, size, (void *)bench.address))
		return 0;
	bench.verdict = filter_copy(window, size, bench.wirelen);
	return 0;
}

SEC("skbt.tc/direct")
int direct(void *ctx)
{
	const __u8 *packet = bpf_rdonly_cast((void *)bench.address, 0);

	bench.verdict = filter_direct(packet, bench.caplen, bench.wirelen);
	return 0;
}

SEC("skbt.tc/per_load")
int per_load(void *ctx)
{
	bench.verdict = filter_per_load(bench.address, bench.caplen, bench.wirelen);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
