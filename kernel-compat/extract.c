/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few types of the kernel that a BPF object relocates against, as BTF of their own. libbpf
 * would else read and search all of vmlinux's once more: 5 to 7 MB.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat_internal.h"

struct extract {
	const struct btf *from;
	struct btf *to;
	uint32_t *ids; /* of a type of from: its id in to, 0 = not there */
};

static struct btf_type *copied(const struct extract *x, int id)
{
	return (struct btf_type *)btf__type_by_id(x->to, id);
}

static int copy_type(struct extract *x, uint32_t id);

static int copy_members(struct extract *x, const struct btf_type *t, int new_id)
{
	for (int i = 0; i < btf_vlen(t); i++) {
		int type = copy_type(x, btf_members(t)[i].type);

		if (type < 0)
			return type;
		btf_members(copied(x, new_id))[i].type = type;
	}
	return 0;
}

static int copy_array(struct extract *x, const struct btf_type *t, int new_id)
{
	int type = copy_type(x, btf_array(t)->type);
	int index = copy_type(x, btf_array(t)->index_type);

	if (type < 0 || index < 0)
		return type < 0 ? type : index;
	btf_array(copied(x, new_id))->type = type;
	btf_array(copied(x, new_id))->index_type = index;
	return 0;
}

static int copy_target(struct extract *x, const struct btf_type *t, int new_id)
{
	int type = copy_type(x, t->type);

	if (type >= 0)
		copied(x, new_id)->type = type;
	return type;
}

/*
 * The type and what it contains; returns its new id. Where a pointer points to does not matter to a
 * relocation, so all pointers become void *. Adding a type may move those that are there.
 */
static int copy_type(struct extract *x, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(x->from, id);
	int new_id, err = 0;

	if (!t)
		return -EINVAL;
	if (!id || x->ids[id])
		return (int)x->ids[id];
	if (btf_is_func_proto(t)) /* only pointers and names of types lead there */
		return 0;
	new_id = btf__add_type(x->to, x->from, t);
	if (new_id < 0)
		return new_id;
	x->ids[id] = new_id;
	if (btf_is_ptr(t))
		copied(x, new_id)->type = 0;
	else if (btf_is_composite(t))
		err = copy_members(x, t, new_id);
	else if (btf_is_array(t))
		err = copy_array(x, t, new_id);
	else if (btf_is_mod(t) || btf_is_typedef(t))
		err = copy_target(x, t, new_id);
	return err < 0 ? err : new_id;
}

static bool is_root(const struct btf_type *t)
{
	return t->name_off && (btf_is_composite(t) || btf_is_any_enum(t) || btf_is_typedef(t));
}

/* Each named type of the object that the kernel has as well; sk_buff___old stands for sk_buff. */
static int copy_roots(struct extract *x, struct kernel_btf *kb, const struct btf *wanted)
{
	for (uint32_t id = 1; id < btf__type_cnt(wanted); id++) {
		const struct btf_type *t = btf__type_by_id(wanted, id);
		const char *name = btf__name_by_offset(wanted, t->name_off), *flavour;
		char plain[128];
		uint32_t found;
		int err;

		if (!is_root(t) || strlen(name) >= sizeof(plain))
			continue;
		strcpy(plain, name);
		flavour = strstr(name, "___");
		if (flavour)
			plain[flavour - name] = '\0';
		found = kernel_btf_find(kb, plain,
					btf_is_any_enum(t) ? BTF_KIND_ENUM : btf_kind(t));
		err = found ? copy_type(x, found) : 0;
		if (err < 0)
			return err;
	}
	return 0;
}

static int write_out(const struct btf *btf, int fd)
{
	uint32_t size;
	const char *data = btf__raw_data(btf, &size);
	ssize_t n;

	if (!data)
		return -errno;
	for (; size; data += n, size -= n) {
		n = write(fd, data, size);
		if (n < 0)
			return -errno;
	}
	return 0;
}

int kernel_btf_extract(struct kernel_btf *kb, const struct btf *wanted, int fd)
{
	struct extract x = { .from = kernel_btf_vmlinux(kb), .to = btf__new_empty() };
	int err = -ENOMEM;

	x.ids = calloc(btf__type_cnt(x.from), sizeof(*x.ids));
	if (x.to && x.ids)
		err = copy_roots(&x, kb, wanted);
	if (!err)
		err = write_out(x.to, fd);
	free(x.ids);
	btf__free(x.to);
	return err;
}
