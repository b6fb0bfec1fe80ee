/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks functions up in the table of those that are left out. */
#include <string.h>

#include "compat_internal.h"

struct rule {
	const char *pattern, *why;
};

#define ARGUMENT(type, why)
#define NAME(pattern, why) { pattern, why },
static const struct rule names[] = {
#include "left_out.def"
};
#undef ARGUMENT
#undef NAME

#define ARGUMENT(type, why) { type, why },
#define NAME(pattern, why)
static const struct rule arguments[] = {
#include "left_out.def"
};
#undef ARGUMENT
#undef NAME

/* A '*' stands at the beginning or the end of a pattern, or at both. */
static bool fits(const char *pattern, const char *name, size_t len)
{
	size_t size = strlen(pattern);
	bool open_begin = pattern[0] == '*', open_end = pattern[size - 1] == '*';

	pattern += open_begin;
	size -= open_begin + open_end;
	if (len < size)
		return false;
	if (open_begin && open_end)
		return memmem(name, len, pattern, size) != NULL;
	if (!open_end && !open_begin && len != size)
		return false;
	return memcmp(open_begin ? name + len - size : name, pattern, size) == 0;
}

const char *left_out_name(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fits(names[i].pattern, name, len))
			return names[i].why;
	return NULL;
}

static const char *left_out_argument(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, btf_strip(btf, id));
	const char *name;

	t = t && btf_is_ptr(t) ? btf__type_by_id(btf, btf_strip(btf, t->type)) : NULL;
	if (!t || !(btf_is_struct(t) || btf_is_fwd(t)))
		return NULL;
	name = btf__name_by_offset(btf, t->name_off);
	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++)
		if (strcmp(name, arguments[i].pattern) == 0)
			return arguments[i].why;
	return NULL;
}

const char *left_out_proto(const struct btf *btf, uint32_t proto_id)
{
	const struct btf_type *t = btf__type_by_id(btf, proto_id);
	const char *why = NULL;

	for (int i = 0; i < btf_vlen(t) && !why; i++)
		why = left_out_argument(btf, btf_params(t)[i].type);
	return why;
}
