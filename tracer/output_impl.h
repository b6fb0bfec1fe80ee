/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to the outputs: what each of them is made of, and what they have in common. */
#ifndef TRACER_OUTPUT_IMPL_H
#define TRACER_OUTPUT_IMPL_H

#include "linebuf.h"
#include "output.h"

struct output {
	const struct output_ops *ops;
	struct output_env env;
	struct linebuf line;
	void *state; /* of the output, made by its begin(); freed with free() */
};

extern const struct output_ops output_text_ops;
extern const struct output_ops output_group_ops;
extern const struct output_ops output_json_ops;
extern const struct output_ops output_drops_ops;
extern const struct output_ops output_folded_ops;

/* Kernel name of skb->pkt_type without PACKET_, or NULL. */
const char *pkt_type_name(uint8_t pkt_type);

/* What the record says about the current task is about this packet only in task context. */
bool task_known(const struct skbt_record *rec);

#endif
