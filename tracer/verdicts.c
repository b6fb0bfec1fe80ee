/* SPDX-License-Identifier: GPL-2.0-only */
#include "verdicts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NO_SKB = -1 };

struct result {
	const char *function;
	const char *module;
	enum skbt_verdict_kind kind;
	const char *name;
	const char *unless;
};

#define RESULT(function, module, kind, name, unless)                                               \
	{ function, module, SKBT_VERDICT_##kind, name, unless },
static const struct result results[] = {
#include "verdicts.def"
};

enum form { IMMEDIATE, ENDS, MAY_END };

struct expression {
	const char *function;
	const char *module;
	enum form form;
};

#define EXPRESSION(function, module, form) { function, module, form },
static const struct expression expressions[] = {
#include "nft_expressions.def"
};

enum {
	RESULTS = sizeof(results) / sizeof(results[0]),
	EXPRESSIONS = sizeof(expressions) / sizeof(expressions[0]),
	MOST_AIDS = RESULTS + 2 + 2 * EXPRESSIONS,
};

/* The aids that these tables make, one of a kind and function; they live as long as the process. */
static struct aid made[MOST_AIDS];
static size_t made_count;

static bool always(const struct options *o)
{
	(void)o;
	return true;
}

struct finding {
	const struct ksyms *ks;
	struct kernel_btf *kb;
	struct verdict_sites *v;
	struct aid_target *aids;
	size_t count;
};

static void add_aid(struct finding *f, const char *program, const char *function,
		    const char *module, uint64_t addr, bool on_return)
{
	struct aid *aid = &made[made_count];

	if (made_count == MOST_AIDS)
		return;
	made_count++;
	*aid = (struct aid){ program, function, module, NO_SKB, on_return, always };
	f->aids[f->count++] = (struct aid_target){ .aid = aid, .addr = addr };
}

static uint64_t symbol_of(const struct finding *f, const char *function, const char *module)
{
	size_t count = 0;
	const struct ksym *sym = ksyms_named(f->ks, function, &count);

	if (!sym || count != 1 || (sym->module && strcmp(sym->module, module) != 0))
		return 0;
	return sym->addr;
}

static struct skbt_call_site *add_site(struct finding *f, const char *function, uint64_t addr,
				       enum skbt_verdict_kind kind)
{
	struct skbt_call_site *site = &f->v->sites[f->v->count];

	if (f->v->count == SKBT_CALL_SITES)
		return NULL;
	f->v->names[f->v->count++] = function;
	*site = (struct skbt_call_site){ .addr = addr, .kind = kind };
	return site;
}

/* Where the table keeps its name; 0 = not known. ebt_table of 5.10:
 * linux/netfilter_bridge/ebtables.h. */
static int name_offset(const struct finding *f, const struct result *r)
{
	int bits = *r->name ? kernel_btf_member(f->kb, r->module, r->name) : 0;

	if (bits < 0 && !strcmp(r->name, "ebt_table.name") && kernel_btf_before_modules(f->kb))
		return 16;
	return bits < 0 ? 0 : bits / 8;
}

static void add_result(struct finding *f, const struct result *r, const struct hook_target *t)
{
	struct skbt_call_site *site;

	if (*r->unless && ksyms_named(f->ks, r->unless, NULL))
		return;
	site = add_site(f, r->function, t->addr, r->kind);
	if (!site)
		return;
	site->not_0 = *r->unless != '\0';
	if (r->kind == SKBT_VERDICT_HOOK || r->kind == SKBT_VERDICT_NF)
		site->state_arg = t->skb.index + 2;
	if (r->kind == SKBT_VERDICT_NF) {
		site->object_arg = t->skb.index ? 1 : 3;
		site->name_at = name_offset(f, r);
	}
	add_aid(f, "returned", r->function, r->module, t->addr, true);
}

static bool is_symbol(const char *symbol, const char *name)
{
	size_t len = strlen(name);

	return strncmp(symbol, name, len) == 0 && (!symbol[len] || symbol[len] == '.');
}

/* In the order of the struct; shifts in bits, the rest in bytes. */
struct member {
	size_t at;
	const char *path;
	const char *older; /* another name, or NULL */
	uint32_t
		source_5_10; /* include/net/netfilter/nf_tables.h of Linux 5.10, x86-64 and arm64 */
	bool bits;
};

enum { FROM_RHLTABLE = 1 << 16 }; /* source_5_10: behind a struct rhltable, whose size BTF knows */
#define AT(member) offsetof(struct skbt_nft_layout, member)

static const struct member nft_members[] = {
	{ AT(pkt_skb), "nft_pktinfo.skb", NULL, 0, false },
	{ AT(pkt_state), "nft_pktinfo.state", "nft_pktinfo.xt.state", 32, false },
	{ AT(chain_name), "nft_chain.name", NULL, 88, false },
	{ AT(chain_table), "nft_chain.table", NULL, 64, false },
	{ AT(chain_rules[0]), "nft_chain.blob_gen_0", "nft_chain.rules_gen_0", 0, false },
	{ AT(chain_rules[1]), "nft_chain.blob_gen_1", "nft_chain.rules_gen_1", 8, false },
	{ AT(table_name), "nft_table.name", NULL, FROM_RHLTABLE | 104, false },
	{ AT(table_family), "nft_table.family", NULL, FROM_RHLTABLE | 100, false },
	{ AT(expr_data), "nft_expr.data", NULL, 8, false },
	{ AT(immediate_dreg), "nft_immediate_expr.dreg", NULL, 16, false },
	{ AT(rule_data), "nft_rule_dp.data", "nft_rule.data", 24, false },
	{ AT(handle_shift), "nft_rule_dp.handle", "nft_rule.handle", 128, true },
	{ AT(dlen_shift), "nft_rule_dp.dlen", "nft_rule.dlen", 172, true },
};

static const char nf_tables[] = "nf_tables";

static int nft_member(const struct finding *f, const struct member *m)
{
	int bits = kernel_btf_member(f->kb, nf_tables, m->path), size;

	if (bits < 0 && m->older)
		bits = kernel_btf_member(f->kb, nf_tables, m->older);
	if (bits >= 0)
		return m->bits ? bits : bits / 8;
	if (!kernel_btf_before_modules(f->kb))
		return -ENOENT;
	if (!(m->source_5_10 & FROM_RHLTABLE))
		return m->source_5_10;
	size = kernel_btf_struct_size(f->kb, "rhltable");
	return size < 0 ? size : (int)(m->source_5_10 & ~FROM_RHLTABLE) + size;
}

/* Rules began to lie in a blob, as struct nft_rule_dp, in 5.17 (2c865a8a28a1). */
static int nft_layout(const struct finding *f, struct skbt_nft_layout *l)
{
	int blob = kernel_btf_member(f->kb, nf_tables, "nft_rule_blob.data");

	for (size_t i = 0; i < sizeof(nft_members) / sizeof(nft_members[0]); i++) {
		int value = nft_member(f, &nft_members[i]);

		if (value < 0)
			return value;
		*(uint32_t *)((char *)l + nft_members[i].at) = value;
	}
	l->blob = blob >= 0;
	l->blob_data = blob >= 0 ? blob / 8 : 0;
	/* Both shifts are those of bit fields in one word of 64 bits. */
	l->rule_header = l->handle_shift / 64 * 8;
	l->handle_shift %= 64;
	l->dlen_shift %= 64;
	l->known = 1;
	return 0;
}

static void add_expression(struct finding *f, const struct expression *e)
{
	uint64_t addr = symbol_of(f, e->function, e->module);

	if (!addr)
		return;
	if (e->form == MAY_END) {
		add_aid(f, "nft_evaluate", e->function, e->module, addr, false);
		add_aid(f, "nft_evaluated", e->function, e->module, addr, true);
	} else {
		add_aid(f, e->form == ENDS ? "nft_end" : "nft_immediate", e->function, e->module,
			addr, false);
	}
}

static void add_nft(struct finding *f)
{
	static const char function[] = "nft_do_chain";
	uint64_t addr = symbol_of(f, function, nf_tables);

	if (!addr || nft_layout(f, &f->v->nft) || !add_site(f, function, addr, SKBT_VERDICT_NF))
		return;
	f->v->nft_index = f->v->count - 1;
	add_aid(f, "nft_chain", function, nf_tables, addr, false);
	add_aid(f, "returned", function, nf_tables, addr, true);
	for (size_t i = 0; i < EXPRESSIONS; i++)
		add_expression(f, &expressions[i]);
}

static void find(struct finding *f, const struct hook_plan *plan)
{
	bool nft = false;

	for (size_t i = 0; i < plan->target_count; i++) {
		const struct hook_target *t = &plan->targets[i];

		nft |= strncmp(t->symbol, "nft_do_chain_", 13) == 0;
		for (size_t r = 0; r < RESULTS; r++)
			if (is_symbol(t->symbol, results[r].function) && !t->skb.indirect)
				add_result(f, &results[r], t);
	}
	if (nft)
		add_nft(f);
}

int verdicts_find(const struct hook_plan *plan, const struct ksyms *ks, struct kernel_btf *kb,
		  struct verdict_sites *v, struct aid_target **aids, size_t *aid_count)
{
	struct finding f = { .ks = ks, .kb = kb, .v = v, .count = *aid_count };

	f.aids = realloc(*aids, (*aid_count + MOST_AIDS) * sizeof(*f.aids));
	if (!f.aids)
		return -ENOMEM;
	made_count = 0;
	memset(v, 0, sizeof(*v));
	find(&f, plan);
	*aids = f.aids;
	*aid_count = f.count;
	return 0;
}

bool verdict_site_at(const struct verdict_sites *v, uint64_t addr)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->sites[i].addr == addr)
			return true;
	return false;
}
