/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Puts generated code into BPF programs while libbpf loads them: in place of the body of stubs,
 * such as
 *
 *	static __noinline __u32 filter_l2(const __u8 *window, __u32 caplen, __u32 wirelen)
 *	{
 *		volatile __u32 keep = caplen + wirelen;
 *
 *		return window ? keep : 0;
 *	}
 *
 * A stub must use its arguments, its result must not be foldable, and no argument may be a constant
 * at every call: of a static function clang drops what it can, and the body would find the wrong
 * things in R1, R2 ... Loading fails if the stub's code does not read them all. A naked function
 * will not do: clang names no parameters in its BTF, and the kernel refuses that.
 *
 * Programs in the sections below are handled; those that call no stub are loaded as they are. Each
 * section name may be followed by "/anything". No section auto-attaches: attach with the explicit
 * calls of libbpf.
 *
 *	skbt.kprobe	BPF_PROG_TYPE_KPROBE (for kprobe.multi also call
 *			bpf_program__set_expected_attach_type(prog, BPF_TRACE_KPROBE_MULTI))
 *	skbt.rawtp	BPF_PROG_TYPE_RAW_TRACEPOINT
 *	skbt.fentry	BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY (set the attach target before load;
 *			for fentry.multi instead the attach type FENTRY_MULTI)
 *	skbt.fexit	BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT (likewise)
 *	skbt.tc		BPF_PROG_TYPE_SCHED_CLS
 *
 * Order of calls: inject_register(), open the object, inject_forget(), inject_body() for each stub,
 * load. The state is global to the process and not thread-safe: one object at a time. Source of
 * facts: libbpf 1.1 src/libbpf.c, bpf_object_load_prog().
 */
#ifndef TRACER_INJECT_H
#define TRACER_INJECT_H

#include <stdint.h>

#include "../bpf/config.h"

struct bpf_insn;
struct bpf_object;
struct skb_filter;

/* Registers the section prefixes with libbpf, before any object is opened. May be called again.
 * Returns 0 or a negative errno. */
int inject_register(void);

/* Leaves all stubs as they are from now on. */
void inject_forget(void);

/*
 * Chooses cnt instructions for the stub `name`, which takes its arguments in the first `args`
 * registers, in all programs of obj, which is open and not loaded. The instructions are copied,
 * the name is not.
 * Returns 0 or a negative errno: -ENOENT if the object has no BTF or no such function.
 */
int inject_body(const struct bpf_object *obj, const char *name, uint32_t args,
		const struct bpf_insn *insns, uint32_t cnt);

/*
 * Loads the program, whose section is skbt.rawtp, as one that gets typed arguments: its pointers to
 * kernel structs may be loaded through. btf_id: kernel_btf_tracepoint_id(). To be attached by
 * bpf_raw_tracepoint_open() without a name. program is not copied. Returns 0 or -E2BIG.
 */
int inject_types(const char *program, uint32_t btf_id);

/*
 * From now on calls of helper `number` (no real one; enum skbt_kfunc) become calls of the kernel's
 * function with this BTF id of vmlinux. 0 leaves them.
 */
void inject_kfunc(enum skbt_kfunc number, uint32_t btf_id);

/* Both bodies of a filter, for the stubs named l2 and l3. Returns as inject_body(). */
int inject_filter(const struct bpf_object *obj, const struct skb_filter *f, const char *l2,
		  const char *l3);

/* Programs that got at least one body since inject_forget(). */
unsigned int inject_spliced(void);

/* Why the last call, or the last load through the callback, failed: one line, "" if it did not. */
const char *inject_message(void);

#endif
