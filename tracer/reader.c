/* SPDX-License-Identifier: GPL-2.0-only */
#include "reader.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "alike.h"
#include "clock.h"
#include "decode.h"
#include "explain.h"
#include "inside.h"
#include "netns_names.h"
#include "owners.h"
#include "packet_numbers.h"
#include "ring.h"
#include "verdict_names.h"
#include "view.h"

enum {
	POLL_MS = 50,        /* how old a record may get in a ring that is not filling up */
	LOSS_CHECK_MS = 500, /* how often the counters are looked at for losses */
	DRAIN_TRIES = 100,   /* milliseconds to wait for records that are just being written */
	BATCH = 4096,        /* records between two looks at everything else, on a busy link */
};

struct reader {
	struct ring *ring;
	struct probes *probes;
	const struct machine *machine;
	const struct options *options;
	struct output *output;
	struct view *view;
	struct netns_names *netns_names;
	struct owners *owners;
	struct packet_numbers *numbers;
	struct last_decoded decoded;
	struct alike *alike;
	bool most_reasons; /* of drops */
	int64_t wall_offset;
	uint64_t consumed;
	uint64_t counted; /* drops, where they are counted and -c was given */
	uint64_t lost_seen, next_loss_check;
	const volatile sig_atomic_t *stop; /* NULL while draining */
	unsigned int batch;
	union {
		struct skbt_record rec; /* a copy: the ring is read-only */
		uint8_t space[SKBT_RECORD_MAX];
	};
};

enum { ENTRY = 16 }; /* bytes: as far as a probe at the beginning of a function may lie in it */

/*
 * The stack of a tracepoint, and of fentry, begins inside the BPF and tracing machinery. What is
 * before the first frame from `from` on, within `size` bytes, is not the packet's.
 */
static void trim_stack(struct skbt_record *rec, uint64_t from, uint64_t size)
{
	for (uint32_t i = 0; i < rec->stack_len; i++) {
		if (rec->stack[i] - from >= size)
			continue;
		memmove(rec->stack, rec->stack + i, (rec->stack_len - i) * sizeof(rec->stack[0]));
		rec->stack_len -= i;
		return;
	}
}

static const struct skbt_verdict *verdict_of(const struct skbt_record *rec)
{
	static const uint32_t sizes[SKBT_SECTIONS] = {
		[SKBT_SEC_STACK] = SKBT_STACK_DEPTH * sizeof(rec->stack[0]),
		[SKBT_SEC_VERDICT] = sizeof(struct skbt_verdict),
	};

	return rec->type == SKBT_RETURN ? record_section(rec, sizes, SKBT_SEC_VERDICT) : NULL;
}

static void describe_drop(struct reader *r, struct event *ev)
{
	const struct ksym *sym = ksyms_at(r->machine->symbols, ev->rec->site, &ev->location_offset);

	ev->func = sym ? sym->name : NULL;
	ev->has_reason = r->machine->features.drop_has_reason;
	ev->most_reasons = r->most_reasons;
	if (ev->has_reason)
		ev->reason = drop_reason_name(r->machine->reasons, ev->rec->reason);
	ev->drop = record_section(ev->rec, probes_section_sizes(r->probes), SKBT_SEC_DROP);
	explain_drop(ev, &ev->why);
}

static void look_up(struct reader *r, const struct skbt_record *rec, struct event *ev)
{
	if (!r->options->numeric)
		ev->netns_name = netns_name(r->netns_names, rec->netns);
	owners_describe(r->owners, ev);
	packet_decode_next(&r->decoded, rec, &ev->packet);
	alike_keep(r->alike, rec, ev);
}

static void describe(void *ctx, struct skbt_record *rec, struct event *ev)
{
	struct reader *r = ctx;
	uint64_t addr;

	ev->wall_ns = rec->ts + r->wall_offset;
	if (!alike_again(r->alike, rec, ev))
		look_up(r, rec, ev);
	if (rec->type == SKBT_DROP) {
		if (r->options->folded)
			ev->stack_id = skbt_stack_hash(rec->stack, rec->stack_len);
		trim_stack(rec, rec->site, 1); /* where kfree_skb() will return to */
		describe_drop(r, ev);
	} else {
		ev->verdict = verdict_of(rec);
		ev->func = probes_site(r->probes, rec->site, &addr);
		ev->decision = bridge_decision(ev->func);
		if (ev->func)
			trim_stack(rec, addr, ENTRY);
	}
	if (rec->sections & INSIDE_SECTIONS)
		find_inside(ev, probes_section_sizes(r->probes), r->options);
}

static int handle_record(struct reader *r, const void *data, size_t size)
{
	if (size < sizeof(r->rec) || size > sizeof(r->space))
		return -EBADMSG;
	memcpy(r->space, data, size);
	if (r->rec.type == SKBT_RETURN && size < sizeof(r->rec) + sizeof(struct skbt_verdict))
		return -EBADMSG;
	/* Not to be counted as a packet if its events were lost. */
	r->rec.parent_id = packet_number_known(r->numbers, r->rec.parent_id);
	r->rec.packet_id = packet_number(r->numbers, r->rec.packet_id);
	return view_record(r->view, &r->rec, size);
}

static void handle_note(struct reader *r, const void *data, size_t size)
{
	struct skbt_end end;

	if (*(const uint8_t *)data != SKBT_END || size < sizeof(end))
		return;
	memcpy(&end, data, sizeof(end));
	end.packet_id = packet_number_known(r->numbers, end.packet_id);
	view_end(r->view, &end);
}

static bool enough(const struct reader *r)
{
	uint64_t most = r->options->max_events;

	return most &&
	       (options_count_drops(r->options) ? r->counted : view_events(r->view)) >= most;
}

/* Where most drops are only counted, -c means these. */
static int count_events(struct reader *r)
{
	struct run_counts counts = { 0 };
	int err = 0;

	if (r->options->max_events && options_count_drops(r->options))
		err = probes_counts(r->probes, &counts);
	r->counted = counts.counter[SKBT_EMITTED] + counts.counter[SKBT_COUNTED];
	return err;
}

static int on_record(void *ctx, const void *data, size_t size)
{
	struct reader *r = ctx;

	int err = 0;

	r->consumed++;
	if (size && *(const uint8_t *)data >= SKBT_NOTES_FROM) {
		owners_note(r->owners, data, size);
		alike_forget(r->alike);
		handle_note(r, data, size);
		return 0;
	}
	/* Past the wanted number, what is still in the ring is only taken off. */
	if (!enough(r))
		err = handle_record(r, data, size);
	if (err || !r->stop)
		return err;
	/* It goes on as long as new records come in: it has to be told to come back. */
	return *r->stop || enough(r) || !--r->batch ? -EAGAIN : 0;
}

struct reader *reader_new(struct probes *p, const struct machine *m, const struct options *o,
			  struct output *out)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->probes = p;
	r->machine = m;
	r->options = o;
	r->output = out;
	r->wall_offset = clock_wall_offset();
	/* Reasons came one function at a time, from 5.17 on; that of ICMP was the last one (5.19).
	 */
	r->most_reasons = m->features.drop_has_reason && drop_reasons_have(m->reasons, "ICMP_CSUM");
	r->numbers = packet_numbers_new();
	r->netns_names = netns_names_new();
	r->owners = owners_new();
	r->alike = alike_new();
	r->view = view_new(o, out, &(struct view_source){ .describe = describe, .ctx = r });
	r->ring = ring_new(probes_ring_fd(p), o->buffer_size, on_record, r);
	if (!r->numbers || !r->netns_names || !r->owners || !r->alike || !r->view || !r->ring) {
		reader_free(r);
		return NULL;
	}
	probes_hide_thread(p, view_thread(r->view));
	owners_scan(r->owners, probes_owners_fd(p), o->pid);
	return r;
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	ring_free(r->ring);
	view_free(r->view);
	netns_names_free(r->netns_names);
	owners_free(r->owners);
	alike_free(r->alike);
	packet_numbers_free(r->numbers);
	free(r);
}

uint64_t reader_wall_now(const struct reader *r)
{
	return clock_now() + r->wall_offset;
}

struct latency *reader_latency(struct reader *r)
{
	return view_latency(r->view);
}

static int report_losses(struct reader *r)
{
	struct run_counts counts = { 0 };
	uint64_t now = clock_now();

	if (now < r->next_loss_check)
		return 0;
	r->next_loss_check = now + LOSS_CHECK_MS * 1000000ULL;
	if (probes_counts(r->probes, &counts) || run_counts_lost(&counts) == r->lost_seen)
		return 0;
	r->lost_seen = run_counts_lost(&counts);
	return output_lost(r->output, &counts, reader_wall_now(r));
}

/* Milliseconds until the next look at the ring; 0 = the time is over. */
static int next_look(const struct reader *r, uint64_t began)
{
	uint64_t spent = clock_now() - began, left;

	if (!r->options->duration_ns)
		return POLL_MS;
	if (spent >= r->options->duration_ns)
		return 0;
	left = (r->options->duration_ns - spent) / 1000000 + 1;
	return left < POLL_MS ? (int)left : POLL_MS;
}

int reader_run(struct reader *r, const volatile sig_atomic_t *stop)
{
	uint64_t began = clock_now(), looked;
	int err = 0, wait;

	r->stop = stop;
	while (!*stop && !enough(r) && (wait = next_look(r, began))) {
		/* Most records do not wake us (see submit() in bpf/): look after each wait. */
		r->batch = BATCH;
		looked = clock_now();
		err = ring_wait(r->ring, wait);
		netns_names_follow(r->netns_names, clock_now());
		alike_forget(r->alike); /* names may be others now */
		if (err >= 0)
			err = ring_consume(r->ring);
		if (err == -EINTR)
			continue;
		/* With records still waiting, time is theirs. */
		if (err == -EAGAIN || err >= 0)
			err = view_tick(r->view, err == -EAGAIN ? 0 : looked);
		if (err >= 0)
			err = report_losses(r);
		if (err >= 0)
			err = count_events(r);
		if (err >= 0)
			err = output_tick(r->output, clock_now());
		if (err >= 0)
			err = output_flush(r->output);
		if (err < 0)
			return err;
	}
	return 0;
}

/* Every hit has got its verdict. */
static bool settled(const struct run_counts *c)
{
	return c->counter[SKBT_HITS] == c->counter[SKBT_UNMATCHED] + c->counter[SKBT_EMITTED] +
						c->counter[SKBT_COUNTED] +
						c->counter[SKBT_NOT_SAMPLED] + run_counts_lost(c);
}

int reader_drain(struct reader *r, struct run_counts *counts)
{
	int err = 0;

	r->stop = NULL;
	/* Programs that were running when tracing was switched off finish: it waits for RCU
	 * readers. */
	syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	for (int i = 0; i < DRAIN_TRIES; i++) {
		err = ring_consume(r->ring);
		if (err < 0)
			break;
		err = probes_counts(r->probes, counts);
		if (err ||
		    (r->consumed >= counts->counter[SKBT_EMITTED] + counts->counter[SKBT_NOTES] &&
		     settled(counts)))
			break;
		usleep(1000);
	}
	if (err >= 0 && !enough(r))
		err = view_finish(r->view, clock_now());
	probes_counts(r->probes, counts);
	counts->missed = probes_missed(r->probes);
	counts->packets = packet_numbers_given(r->numbers);
	view_counts(r->view, counts);
	if (options_count_drops(r->options))
		counts->drops = counts->counter[SKBT_EMITTED] + counts->counter[SKBT_COUNTED];
	return err < 0 ? err : 0;
}
