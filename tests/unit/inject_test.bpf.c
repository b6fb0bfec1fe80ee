/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stubs and callers for test_filter_progrun.c. The calls stand in front of, between and behind
 * other functions, and a callback's address is taken across the stubs, so that a wrong offset
 * shows. The map is replaced by the test's own, whose value it can map.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define WINDOW 256

struct run {
	__u32 caplen, wirelen;
	__u32 verdict_l2, verdict_l3;
	__u32 loops; /* counted by the callback */
	__u8 window[WINDOW];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct run);
} runs SEC(".maps");

/* See tracer/inject.h for what a stub must look like. */
static __noinline __u32 filter_l2(const __u8 *window, __u32 caplen, __u32 wirelen)
{
	volatile __u32 keep = caplen + wirelen;

	return window ? keep & 0 : 1;
}

static __noinline __u32 between(struct run *run)
{
	return run->caplen > WINDOW ? WINDOW : run->caplen;
}

/* Longer than the shortest body, and of several source lines. */
static __noinline __u32 filter_l3(const __u8 *window, __u32 caplen, __u32 wirelen)
{
	volatile __u32 keep = caplen;

	keep += wirelen;
	keep += 1;
	keep += 2;
	keep += 3;
	return window ? keep & 0 : 1;
}

static long count(__u32 index, struct run **run)
{
	(*run)->loops++;
	return 0;
}

static __noinline int check(void)
{
	__u32 key = 0;
	struct run *run = bpf_map_lookup_elem(&runs, &key);

	if (!run)
		return 0;
	run->verdict_l2 = filter_l2(run->window, between(run), run->wirelen);
	run->verdict_l3 = filter_l3(run->window, between(run), run->wirelen);
	return run->verdict_l2 != 0;
}

SEC("skbt.tc/both")
int both(struct __sk_buff *skb)
{
	return check();
}

/* bpf_loop: kernel 5.17. Not loaded where it is missing. */
SEC("skbt.tc/callback")
int callback(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct run *run = bpf_map_lookup_elem(&runs, &key);

	if (!run)
		return 0;
	check();
	bpf_loop(7, count, &run, 0);
	return check();
}

SEC("skbt.tc/none")
int none(struct __sk_buff *skb)
{
	return 42;
}

SEC("skbt.kprobe/first")
int kprobe_first(void *ctx)
{
	return check();
}

SEC("skbt.rawtp")
int rawtp(void *ctx)
{
	return check();
}

char LICENSE[] SEC("license") = "GPL";
