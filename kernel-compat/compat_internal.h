/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this room share, and the unit tests look into. No one else includes it. */
#ifndef COMPAT_INTERNAL_H
#define COMPAT_INTERNAL_H

#include <bpf/btf.h>
#include "kernel_compat.h"

/* FNV-1a: names are short, and what counts is that it is one multiplication a byte. */
static inline uint32_t name_hash(const char *name, size_t len)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619u;
	return hash;
}

/*
 * The symbols that are base or base.SUFFIX, one a call; start with *cursor = 0, NULL ends.
 * In no order.
 */
const struct ksym *ksyms_variant(const struct ksyms *ks, const char *base, size_t *cursor);
/* The name of module i, NULL past the last one. */
const char *ksyms_module(const struct ksyms *ks, size_t i);

/* The types of vmlinux, or of a module on top of them (NULL: it has no BTF here). */
const struct btf *kernel_btf_module(struct kernel_btf *kb, const char *module);

/* Type id of the first type of vmlinux with this name and kind (BTF_KIND_ENUM: any width), or 0. */
uint32_t kernel_btf_find(struct kernel_btf *kb, const char *name, uint32_t kind);
/* The value of an enumerator of a vmlinux enum. -ENOENT: no such enum or enumerator. */
int kernel_btf_enumerator(struct kernel_btf *kb, const char *enum_name, const char *name,
			  uint64_t *value);
/* Offset in bytes of a member of a vmlinux struct, also inside its anonymous members; or -ENOENT.
 */
int kernel_btf_offset(struct kernel_btf *kb, const char *struct_name, const char *member);
/* Type id behind typedefs and qualifiers. */
uint32_t btf_strip(const struct btf *btf, uint32_t id);

/* skb of a FUNC_PROTO: as kernel_btf_skb_arg. */
int proto_skb_arg(const struct btf *btf, uint32_t proto_id, struct skb_arg *out);
/* skb by the proto field of hooks.def. -ENOENT: it says nothing that holds on this kernel. */
int table_skb_arg(struct kernel_btf *kb, const char *proto, struct skb_arg *out);

/* Arrays of a plan grow by these. 0 or -ENOMEM. */
int plan_add_target(struct hook_plan *plan, const struct hook_target *t);
int plan_add_skip(struct hook_plan *plan, const struct hook_skip *skip);
/* NULL: *t is where this kernel has the hook; else why it has not. */
const char *plan_find_hook(const struct ksyms *ks, struct kernel_btf *kb, const struct hook *hook,
			   struct hook_target *t);
/* Whether a regex of a choice matches the whole name. */
bool whole_match(const regex_t *regex, const char *name);
/* Why a function whose skb kernel_btf_skb_arg() does not tell is skipped. */
const char *why_no_skb(int err);

/* choice->all: every function with an skb. */
int plan_functions(const struct ksyms *ks, struct kernel_btf *kb, const struct hook_choice *choice,
		   struct hook_plan *plan);
/* Why the table in left_out.def leaves the function out, or NULL. */
const char *left_out_name(const char *name, size_t len);
const char *left_out_proto(const struct btf *btf, uint32_t proto_id);
/* Moves targets that the list does not have to the skips. */
int plan_keep_traceable(struct hook_plan *plan, const struct traceable *t);

enum lockdown_mode lockdown_parse(const char *text);
int capabilities_missing_from(uint64_t effective, char *buf, size_t size);

#endif
