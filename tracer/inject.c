/* SPDX-License-Identifier: GPL-2.0-only */
#include "inject.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "skb_filter.h"

enum { STUBS_MAX = 8, TYPED_MAX = 2 };

struct stub {
	const char *name;
	uint32_t args; /* registers R1.. that the body takes its arguments in */
	int type_id;   /* of the BTF FUNC in the object */
	struct bpf_insn *body;
	uint32_t cnt;
};

static struct {
	unsigned int spliced;
	char msg[256];
	struct stub stubs[STUBS_MAX];
	int stub_cnt;
	struct {
		const char *program;
		uint32_t btf_id;
	} typed[TYPED_MAX];
	int typed_cnt;
	uint32_t kfuncs[SKBT_KFUNC_END - SKBT_KFUNC_BASE]; /* BTF ids */
} state;

/* A trailing '+' in libbpf's terms: the name alone, or the name and "/anything". */
static struct {
	const char *section;
	enum bpf_prog_type type;
	enum bpf_attach_type attach_type;
	int handler;
} sections[] = {
	{ "skbt.kprobe+", BPF_PROG_TYPE_KPROBE, 0, 0 },
	{ "skbt.rawtp+", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0 },
	{ "skbt.fentry+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, 0 },
	{ "skbt.fexit+", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, 0 },
	{ "skbt.tc+", BPF_PROG_TYPE_SCHED_CLS, 0, 0 },
};

/* Instructions [start, end) of a program that become `cnt` others. */
struct cut {
	uint32_t start, end;
	int32_t delta; /* new size - old size */
};

static int fail(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int fail(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(state.msg, sizeof(state.msg), fmt, ap);
	va_end(ap);
	return err;
}

/* Records of .BTF.ext may be longer than this libbpf or this file knows: step by their own size. */
static struct bpf_func_info *func_at(const struct bpf_prog_load_opts *opts, uint32_t i)
{
	return (struct bpf_func_info *)((char *)opts->func_info + i * opts->func_info_rec_size);
}

static struct bpf_line_info *line_at(const struct bpf_prog_load_opts *opts, uint32_t i)
{
	return (struct bpf_line_info *)((char *)opts->line_info + i * opts->line_info_rec_size);
}

static bool is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
}

static bool is_func_address(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->src_reg == BPF_PSEUDO_FUNC;
}

static bool find_stub(const struct bpf_prog_load_opts *opts, const struct stub *stub,
		      uint32_t insn_cnt, struct cut *cut)
{
	for (uint32_t i = 0; i < opts->func_info_cnt; i++) {
		if (func_at(opts, i)->type_id != (uint32_t)stub->type_id)
			continue;
		cut->start = func_at(opts, i)->insn_off;
		cut->end = i + 1 < opts->func_info_cnt ? func_at(opts, i + 1)->insn_off : insn_cnt;
		cut->delta = (int32_t)stub->cnt - (int32_t)(cut->end - cut->start);
		return true;
	}
	return false;
}

/* Bits of the registers that an instruction reads, and of the one that it writes. */
static uint32_t registers_read(const struct bpf_insn *insn)
{
	uint8_t class = BPF_CLASS(insn->code);
	bool by_reg = BPF_SRC(insn->code) == BPF_X;
	uint32_t dst = 1u << insn->dst_reg, src = 1u << insn->src_reg;

	switch (class) {
	case BPF_LDX:
		return src;
	case BPF_STX:
		return src | dst;
	case BPF_ALU:
	case BPF_ALU64:
		return (by_reg ? src : 0) | (BPF_OP(insn->code) == BPF_MOV ? 0 : dst);
	case BPF_JMP:
	case BPF_JMP32:
		return (by_reg ? src : 0) | dst;
	default:
		return 0;
	}
}

static uint32_t registers_written(const struct bpf_insn *insn)
{
	uint8_t class = BPF_CLASS(insn->code);

	return class == BPF_LDX || class == BPF_ALU || class == BPF_ALU64 || class == BPF_LD
		       ? 1u << insn->dst_reg
		       : 0;
}

/* Does the stub get its arguments in R1, R2, ... or has clang dropped one? */
static bool takes_arguments(const struct bpf_insn *insns, const struct cut *cut, uint32_t args)
{
	uint32_t wanted = ((1u << args) - 1) << BPF_REG_1, written = 0;

	for (uint32_t i = cut->start; i < cut->end; i++) {
		wanted &= ~(registers_read(&insns[i]) & ~written);
		written |= registers_written(&insns[i]);
	}
	return !wanted;
}

static bool is_spliced(const struct bpf_insn *insns, const struct cut *cut, const struct stub *stub)
{
	return !cut->delta && !memcmp(&insns[cut->start], stub->body, stub->cnt * sizeof(*insns));
}

/* Where an instruction outside the cut, or the first one in it, goes. */
static int32_t moved(const struct cut *cut, int32_t index)
{
	return index > (int32_t)cut->start ? index + cut->delta : index;
}

static void retarget(struct bpf_insn *insn, int32_t old_index, const struct cut *cut)
{
	int32_t target = old_index + 1 + insn->imm;

	if (is_call(insn) || is_func_address(insn))
		insn->imm = moved(cut, target) - moved(cut, old_index) - 1;
}

static struct bpf_insn *cut_insns(const struct bpf_insn *old, uint32_t old_cnt,
				  const struct cut *cut, const struct stub *stub)
{
	uint32_t new_cnt = old_cnt + cut->delta;
	struct bpf_insn *insns = calloc(new_cnt, sizeof(*insns)), *insn;

	if (!insns)
		return NULL;
	for (uint32_t i = 0; i < old_cnt; i++) {
		if (i >= cut->start && i < cut->end)
			continue;
		insn = &insns[moved(cut, (int32_t)i)];
		*insn = old[i];
		retarget(insn, (int32_t)i, cut);
	}
	memcpy(&insns[cut->start], stub->body, stub->cnt * sizeof(*insns));
	return insns;
}

static void cut_func_info(struct bpf_prog_load_opts *opts, const struct cut *cut)
{
	for (uint32_t i = 0; i < opts->func_info_cnt; i++) {
		struct bpf_func_info *info = func_at(opts, i);

		info->insn_off = moved(cut, (int32_t)info->insn_off);
	}
}

#define DROPPED UINT32_MAX

/*
 * Lines of the old body go, except the first: the kernel wants one at the start of each function.
 * opts points at libbpf's own records, whose count cannot be changed: dropped ones are parked at
 * the end, marked, so that a second load of the program can tell them.
 */
static void cut_line_info(struct bpf_prog_load_opts *opts, const struct cut *cut)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < opts->line_info_cnt; i++) {
		struct bpf_line_info *line = line_at(opts, i);

		if (line->insn_off > cut->start && line->insn_off < cut->end)
			continue;
		line->insn_off = moved(cut, (int32_t)line->insn_off);
		memmove(line_at(opts, kept++), line, opts->line_info_rec_size);
	}
	for (uint32_t i = kept; i < opts->line_info_cnt; i++)
		line_at(opts, i)->insn_off = DROPPED;
	opts->line_info_cnt = kept;
}

static void skip_dropped_lines(struct bpf_prog_load_opts *opts)
{
	while (opts->line_info_cnt && line_at(opts, opts->line_info_cnt - 1)->insn_off == DROPPED)
		opts->line_info_cnt--;
}

/* Returns 1 if the stub was there, 0 if not, or a negative errno. */
static int splice(struct bpf_program *prog, struct bpf_prog_load_opts *opts,
		  const struct stub *stub)
{
	const struct bpf_insn *old = bpf_program__insns(prog);
	uint32_t cnt = bpf_program__insn_cnt(prog);
	struct bpf_insn *insns;
	struct cut cut;
	int err;

	if (!find_stub(opts, stub, cnt, &cut))
		return 0;
	if (is_spliced(old, &cut, stub)) /* by an earlier load of the same program */
		return 1;
	if (!takes_arguments(old, &cut, stub->args))
		return fail(-EINVAL, "%s: the stub %s lost an argument to the compiler",
			    bpf_program__name(prog), stub->name);
	insns = cut_insns(old, cnt, &cut, stub);
	if (!insns)
		return fail(-ENOMEM, "out of memory");
	err = bpf_program__set_insns(prog, insns, cnt + cut.delta);
	free(insns);
	if (err)
		return fail(err, "%s: libbpf refuses new instructions: %s", bpf_program__name(prog),
			    strerror(-err));
	cut_func_info(opts, &cut);
	cut_line_info(opts, &cut);
	return 1;
}

static bool calls_functions(const struct bpf_program *prog)
{
	const struct bpf_insn *insns = bpf_program__insns(prog);
	size_t cnt = bpf_program__insn_cnt(prog);

	for (size_t i = 0; i < cnt; i++) {
		if (is_call(&insns[i]))
			return true;
	}
	return false;
}

/* Changes single instructions where they are, which libbpf's own copy of the program allows. */
static void call_kfuncs(struct bpf_program *prog)
{
	struct bpf_insn *insns = (struct bpf_insn *)bpf_program__insns(prog);
	size_t cnt = bpf_program__insn_cnt(prog);

	for (size_t i = 0; i < cnt; i++) {
		struct bpf_insn *insn = &insns[i];
		uint32_t number = (uint32_t)insn->imm - SKBT_KFUNC_BASE;

		if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg ||
		    number >= sizeof(state.kfuncs) / sizeof(state.kfuncs[0]) ||
		    !state.kfuncs[number])
			continue;
		insn->src_reg = BPF_PSEUDO_KFUNC_CALL;
		insn->imm = (int32_t)state.kfuncs[number];
	}
}

/*
 * Only now, because libbpf would read all of the kernel's BTF for an object that has such a program
 * from the beginning.
 */
static void give_types(struct bpf_program *prog, struct bpf_prog_load_opts *opts)
{
	for (int i = 0; i < state.typed_cnt; i++) {
		if (strcmp(bpf_program__name(prog), state.typed[i].program) != 0)
			continue;
		opts->expected_attach_type = BPF_TRACE_RAW_TP;
		opts->attach_btf_id = state.typed[i].btf_id;
		bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);
	}
}

/* Called by libbpf once per load of a program, with relocations done and functions appended. */
static int prepare_load(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	bool any = false;
	int ret;

	(void)cookie;
	call_kfuncs(prog);
	give_types(prog, opts);
	if (!state.stub_cnt)
		return 0;
	if (!opts->func_info_cnt && calls_functions(prog))
		return fail(-EOPNOTSUPP, "%s: the kernel takes no BTF function records",
			    bpf_program__name(prog));
	skip_dropped_lines(opts);
	for (int i = 0; i < state.stub_cnt; i++) {
		ret = splice(prog, opts, &state.stubs[i]);
		if (ret < 0)
			return ret;
		any |= ret;
	}
	state.spliced += any;
	return 0;
}

int inject_register(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = prepare_load);
	int handler;

	state.msg[0] = '\0';
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (sections[i].handler)
			continue;
		handler = libbpf_register_prog_handler(sections[i].section, sections[i].type,
						       sections[i].attach_type, &opts);
		if (handler < 0)
			return fail(handler, "libbpf refuses section %s: %s", sections[i].section,
				    strerror(-handler));
		sections[i].handler = handler;
	}
	return 0;
}

void inject_forget(void)
{
	for (int i = 0; i < state.stub_cnt; i++)
		free(state.stubs[i].body);
	state.stub_cnt = 0;
	state.spliced = 0;
	state.typed_cnt = 0;
	state.msg[0] = '\0';
}

int inject_types(const char *program, uint32_t btf_id)
{
	if (state.typed_cnt == TYPED_MAX)
		return fail(-E2BIG, "too many programs with types");
	state.typed[state.typed_cnt].program = program;
	state.typed[state.typed_cnt++].btf_id = btf_id;
	return 0;
}

void inject_kfunc(enum skbt_kfunc number, uint32_t btf_id)
{
	state.kfuncs[number - SKBT_KFUNC_BASE] = btf_id;
}

int inject_body(const struct bpf_object *obj, const char *name, uint32_t args,
		const struct bpf_insn *insns, uint32_t cnt)
{
	const struct btf *btf = bpf_object__btf(obj);
	struct stub *stub = &state.stubs[state.stub_cnt];

	if (!btf)
		return fail(-ENOENT, "the BPF object has no BTF");
	if (state.stub_cnt == STUBS_MAX)
		return fail(-E2BIG, "too many stubs");
	stub->name = name;
	stub->args = args;
	stub->type_id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
	if (stub->type_id < 0)
		return fail(-ENOENT, "the BPF object has no function %s", name);
	stub->body = calloc(cnt, sizeof(*insns));
	if (!stub->body)
		return fail(-ENOMEM, "out of memory");
	memcpy(stub->body, insns, cnt * sizeof(*insns));
	stub->cnt = cnt;
	state.stub_cnt++;
	return 0;
}

int inject_filter(const struct bpf_object *obj, const struct skb_filter *f, const char *l2,
		  const char *l3)
{
	const struct bpf_insn *insns;
	uint32_t cnt;
	int err;

	insns = skb_filter_body(f, SKB_FILTER_L2, &cnt);
	err = inject_body(obj, l2, 3, insns, cnt);
	if (err)
		return err;
	insns = skb_filter_body(f, SKB_FILTER_L3, &cnt);
	return inject_body(obj, l3, 3, insns, cnt);
}

unsigned int inject_spliced(void)
{
	return state.spliced;
}

const char *inject_message(void)
{
	return state.msg;
}
