/* SPDX-License-Identifier: GPL-2.0-only */
/* What the run needs to know of this machine, found once before anything is loaded. */
#ifndef TRACER_MACHINE_H
#define TRACER_MACHINE_H

#include "../kernel-compat/kernel_compat.h"
#include "aids.h"
#include "options.h"
#include "verdicts.h"

struct filters;

struct machine {
	struct kernel_btf *types; /* NULL once the BPF object is opened */
	struct ksyms *symbols;
	struct source_lines *sources; /* NULL = not known: source_lines.h */
	struct drop_reasons *reasons;
	struct hook_plan *plan;
	struct kernel_features features;
	struct aid_target *aids;
	size_t aid_count;
	struct verdict_sites verdicts;
	bool no_returns;   /* stacks are asked for, and return probes would cut them: no verdicts */
	uint32_t *btf_ids; /* of plan's targets, for fentry.multi only; 0 = none to be used */
	/* --skb: NULL if not asked for */
	struct kernel_layout *skb_layout, *shinfo_layout;
	bool have_list;   /* --all: the kernel's list of traceable functions could be read */
	char release[65]; /* uname -r */
};

/*
 * Checks privilege, BTF, symbols and features: enough for what needs no plan. functions: probes are
 * to be attached to some. Returns 0 or a negative errno with *e filled; m is to be closed in both
 * cases.
 */
int machine_look(struct machine *m, bool functions, struct error *e);

/*
 * machine_look(), and makes the plan that the options ask for and compiles the
 * filters that need this kernel's types.
 * Returns 0 or a negative errno with *e filled; m is to be closed in both cases.
 */
int machine_open(struct machine *m, const struct options *o, struct filters *filters,
		 struct error *e);
void machine_close(struct machine *m);
/* Gives back the megabytes of the kernel's types, before loading takes its own. */
void machine_drop_types(struct machine *m);

/* Why the kernel refuses (EPERM) what the capabilities allow: fills *e, returns err. */
int machine_refusal(const struct machine *m, int err, const char *what, struct error *e);

#endif
