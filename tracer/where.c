/* SPDX-License-Identifier: GPL-2.0-only */
/* --where: the way from an expression to its body. */
#include "where.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "where_internal.h"

struct where {
	struct bpf_insn *insns;
	uint32_t cnt;
	struct where_err warning;
};

static int compile(struct where_ctx *ctx, struct where *w)
{
	struct where_node *root;
	int err;

	if (strlen(ctx->expr) > WHERE_EXPR_MAX)
		return where_fail(ctx, -E2BIG, -1, "the condition is longer than %d characters",
				  WHERE_EXPR_MAX);
	err = where_parse(ctx, &root);
	if (!err)
		err = where_check(ctx, root);
	if (!err)
		err = where_emit(ctx, root, &w->insns, &w->cnt);
	w->warning = ctx->warning;
	return err;
}

static void free_nodes(struct where_node *n)
{
	struct where_node *next;

	for (; n; n = next) {
		next = n->next;
		free(n);
	}
}

int where_compile(const char *expr, const struct btf *vmlinux, struct where **out,
		  struct where_err *err)
{
	struct where_err unused;
	struct where_ctx ctx = { .expr = expr, .btf = vmlinux, .err = err ? err : &unused };
	struct where *w = calloc(1, sizeof(*w));
	int ret;

	*out = NULL;
	*ctx.err = (struct where_err){ .pos = -1 };
	if (!w)
		return where_fail(&ctx, -ENOMEM, -1, "out of memory");
	ret = compile(&ctx, w);
	free_nodes(ctx.nodes);
	if (ret)
		where_free(w);
	else
		*out = w;
	return ret;
}

const struct bpf_insn *where_body(const struct where *w, uint32_t *cnt)
{
	*cnt = w->cnt;
	return w->insns;
}

const struct where_err *where_warning(const struct where *w)
{
	return w->warning.msg[0] ? &w->warning : NULL;
}

void where_free(struct where *w)
{
	if (!w)
		return;
	free(w->insns);
	free(w);
}
