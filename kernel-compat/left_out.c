/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks functions up in the table of those that are left out. */
#include <string.h>

#include "compat_internal.h"

struct rule {
	const char *pattern, *why; /* why NULL: kept, whatever later rules say */
};

#define ARGUMENT(type, why)
#define KEEP(pattern)      { pattern, NULL },
#define NAME(pattern, why) { pattern, why },
static const struct rule names[] = {
#include "left_out.def"
};
#undef ARGUMENT
#undef KEEP
#undef NAME

#define ARGUMENT(type, why) { type, why },
#define KEEP(pattern)
#define NAME(pattern, why)
static const struct rule arguments[] = {
#include "left_out.def"
};
#undef ARGUMENT
#undef KEEP
#undef NAME

/* '*' stands for any letters, also none. */
static bool fits(const char *pattern, const char *name, size_t len)
{
	for (; *pattern != '*'; pattern++, name++, len--)
		if (!len || *pattern != *name)
			return !len && !*pattern;
	for (; !fits(pattern + 1, name, len); name++, len--)
		if (!len)
			return false;
	return true;
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
