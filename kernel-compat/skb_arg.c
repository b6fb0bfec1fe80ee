/* SPDX-License-Identifier: GPL-2.0-only */
/* Which argument of a function is its skb: from its prototype, or from one that it must have. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compat_internal.h"

/* x86-64 passes six arguments in registers, arm64 eight; a probe reads no others. */
enum { REGISTER_ARGUMENTS = 6, REGISTER_SIZE = 8 };

/* Modules may know struct sk_buff by name only. */
static bool is_skb(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, btf_strip(btf, id));

	return t && (btf_is_struct(t) || btf_is_fwd(t)) &&
	       strcmp(btf__name_by_offset(btf, t->name_off), "sk_buff") == 0;
}

/* 0: no skb, 1: struct sk_buff *, 2: struct sk_buff **. */
static int skb_depth(const struct btf *btf, uint32_t id)
{
	for (int depth = 1; depth <= 2; depth++) {
		const struct btf_type *t = btf__type_by_id(btf, btf_strip(btf, id));

		if (!t || !btf_is_ptr(t))
			return 0;
		if (is_skb(btf, t->type))
			return depth;
		id = t->type;
	}
	return 0;
}

/* struct sock * */
static bool is_sock_pointer(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, btf_strip(btf, id));

	if (!t || !btf_is_ptr(t))
		return false;
	t = btf__type_by_id(btf, btf_strip(btf, t->type));
	return t && (btf_is_struct(t) || btf_is_fwd(t)) &&
	       strcmp(btf__name_by_offset(btf, t->name_off), "sock") == 0;
}

/* A struct by value takes one register, two or none, by its size and members: not worth guessing.
 */
static bool takes_one_register(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, btf_strip(btf, id));

	if (t && btf_is_ptr(t))
		return true;
	if (!t || !(btf_is_int(t) || btf_is_any_enum(t) || btf_is_composite(t)))
		return false;
	return t->size > 0 && t->size <= REGISTER_SIZE;
}

static int check_registers(const struct btf *btf, const struct btf_param *params, int index)
{
	if (index >= REGISTER_ARGUMENTS)
		return -ERANGE;
	for (int i = 0; i < index; i++)
		if (!takes_one_register(btf, params[i].type))
			return -ERANGE;
	return 0;
}

/* A plain pointer is preferred: beside one, a struct sk_buff ** is where a result goes. */
int proto_skb_arg(const struct btf *btf, uint32_t proto_id, struct skb_arg *out)
{
	const struct btf_type *t = btf__type_by_id(btf, proto_id);
	const struct btf_param *params;
	int found = -1, found_depth = 0, err;

	if (!t || !btf_is_func_proto(t))
		return -ENODATA;
	params = btf_params(t);
	for (int i = 0; i < btf_vlen(t) && found_depth != 1; i++) {
		int depth = skb_depth(btf, params[i].type);

		if (depth == 1 || (depth == 2 && found < 0)) {
			found = i;
			found_depth = depth;
		}
	}
	if (found < 0)
		return -ENODATA;
	err = check_registers(btf, params, found);
	if (err)
		return err;
	out->index = found;
	out->indirect = found_depth == 2;
	out->sock = found == 1 && !out->indirect && is_sock_pointer(btf, params[0].type);
	return 0;
}

/* FUNC_PROTO behind a typedef, a pointer to one, or both. */
static uint32_t function_behind(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id = btf_strip(btf, id));

	return t && btf_is_ptr(t) ? btf_strip(btf, t->type) : id;
}

static uint32_t member_type(const struct btf *btf, uint32_t struct_id, const char *name)
{
	const struct btf_type *t = btf__type_by_id(btf, struct_id);
	const struct btf_member *m = btf_members(t);

	for (int i = 0; i < btf_vlen(t); i++)
		if (strcmp(btf__name_by_offset(btf, m[i].name_off), name) == 0)
			return m[i].type;
	return 0;
}

/* "rx_handler_func_t" or "net_device_ops.ndo_start_xmit": a type, or a struct's function pointer.
 */
static uint32_t named_proto(struct kernel_btf *kb, const char *proto)
{
	const struct btf *btf = kernel_btf_vmlinux(kb);
	const char *dot = strchr(proto, '.');
	char *owner;
	uint32_t id;

	if (!dot)
		return kernel_btf_find(kb, proto, BTF_KIND_TYPEDEF);
	owner = strndup(proto, dot - proto);
	if (!owner)
		return 0;
	id = kernel_btf_find(kb, owner, BTF_KIND_STRUCT);
	free(owner);
	return id ? member_type(btf, id, dot + 1) : 0;
}

/*
 * A position written down as a number was read in the source of 5.10. Kernels from 5.11 can have
 * BTF for modules (36e68442d1af); one that was built without it may have other prototypes
 * (ipt_do_table got a new first argument in 5.16), so there a number says nothing. Helpers tell the
 * two apart.
 */
bool kernel_btf_before_modules(struct kernel_btf *kb)
{
	uint64_t value;

	return kernel_btf_find(kb, "bpf_func_id", BTF_KIND_ENUM) &&
	       kernel_btf_enumerator(kb, "bpf_func_id", "BPF_FUNC_task_storage_get", &value) != 0;
}

int table_skb_arg(struct kernel_btf *kb, const char *proto, struct skb_arg *out)
{
	const struct btf *btf = kernel_btf_vmlinux(kb);
	uint32_t id;

	if (proto[0] >= '0' && proto[0] <= '9') {
		if (!kernel_btf_before_modules(kb))
			return -ENOENT;
		*out = (struct skb_arg){ .index = proto[0] - '0' };
		return 0;
	}
	id = *proto ? named_proto(kb, proto) : 0;
	if (!id)
		return -ENOENT;
	return proto_skb_arg(btf, function_behind(btf, id), out) ? -ENOENT : 0;
}
