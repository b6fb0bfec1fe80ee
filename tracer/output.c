/* SPDX-License-Identifier: GPL-2.0-only */
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output_impl.h"

static const struct output_ops *const outputs[] = { &output_text_ops, &output_group_ops,
						    &output_json_ops, &output_drops_ops,
						    &output_folded_ops };

const void *record_section(const struct skbt_record *rec, const uint32_t size[SKBT_SECTIONS],
			   enum skbt_section section)
{
	const uint8_t *at = (const uint8_t *)rec + sizeof(*rec);

	if (!(rec->sections & 1 << section))
		return NULL;
	for (int before = 0; before < (int)section; before++)
		if (rec->sections & 1 << before)
			at += size[before];
	return at;
}

uint64_t run_counts_lost(const struct run_counts *c)
{
	return c->counter[SKBT_LOST_RING] + c->counter[SKBT_LOST_NESTED];
}

/* linux/if_packet.h, PACKET_HOST to PACKET_KERNEL. */
const char *pkt_type_name(uint8_t pkt_type)
{
	static const char *const names[] = { "HOST",     "BROADCAST", "MULTICAST", "OTHERHOST",
					     "OUTGOING", "LOOPBACK",  "USER",      "KERNEL" };

	return pkt_type < sizeof(names) / sizeof(names[0]) ? names[pkt_type] : NULL;
}

bool task_known(const struct skbt_record *rec)
{
	return rec->context != SKBT_SOFTIRQ && rec->context != SKBT_HARDIRQ;
}

struct output *output_new(const char *name, const struct output_env *env)
{
	struct output *o;

	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		if (strcmp(outputs[i]->name, name) != 0)
			continue;
		o = calloc(1, sizeof(*o));
		if (!o)
			return NULL;
		o->ops = outputs[i];
		o->env = *env;
		lb_init(&o->line, env->out);
		return o;
	}
	return NULL;
}

void output_free(struct output *o)
{
	if (o && o->ops->end)
		o->ops->end(o);
	if (o)
		free(o->state);
	free(o);
}

int output_begin(struct output *o)
{
	return o->ops->begin(o);
}

int output_event(struct output *o, const struct event *ev)
{
	return o->ops->event(o, ev);
}

int output_packet_begin(struct output *o, const struct packet_whole *w, const struct event *first)
{
	return o->ops->packet_begin ? o->ops->packet_begin(o, w, first) : 0;
}

int output_packet_end(struct output *o, const struct packet_whole *w)
{
	return o->ops->packet_end ? o->ops->packet_end(o, w) : 0;
}

int output_tick(struct output *o, uint64_t now)
{
	return o->ops->tick ? o->ops->tick(o, now) : 0;
}

int output_lost(struct output *o, const struct run_counts *counts, uint64_t wall_ns)
{
	return o->ops->lost(o, counts, wall_ns);
}

int output_summary(struct output *o, const struct run_counts *counts, const struct run_info *info,
		   uint64_t wall_ns)
{
	return o->ops->summary(o, counts, info, wall_ns);
}

int output_flush(struct output *o)
{
	int err = lb_flush(&o->line);

	if (err)
		return err;
	errno = 0;
	return fflush(o->env.out) == 0 ? 0 : errno ? -errno : -EIO;
}
