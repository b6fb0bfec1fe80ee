/* SPDX-License-Identifier: GPL-2.0-only */
/* The hook table as data, and the names of its groups. */
#include <errno.h>
#include <string.h>

#include "kernel_compat.h"

enum { OTHER = false, ROUTE = true };

/* clang-format off */
#define HOOK(name_, group_, route_, module_, others_, proto_, note_)                               \
	{ .name = name_, .group = HOOK_##group_, .route = route_, .module = module_,               \
	  .others = others_, .proto = proto_, .note = note_ },
/* clang-format on */

const struct hook hook_table[] = {
#include "hooks.def"
};

const size_t hook_table_len = sizeof(hook_table) / sizeof(hook_table[0]);

static const char *const group_names[HOOK_GROUPS] = {
	[HOOK_RX] = "rx",
	[HOOK_TX] = "tx",
	[HOOK_BRIDGE] = "bridge",
	[HOOK_IP] = "ip",
	[HOOK_NETFILTER] = "netfilter",
	[HOOK_L4] = "l4",
	[HOOK_NEIGH] = "neigh",
	[HOOK_TUNNEL] = "tunnel",
};

const char *hook_group_name(enum hook_group g)
{
	return (size_t)g < HOOK_GROUPS ? group_names[g] : NULL;
}

int hook_group_by_name(const char *name)
{
	for (int g = 0; g < HOOK_GROUPS; g++)
		if (strcmp(group_names[g], name) == 0)
			return g;
	return -ENOENT;
}
