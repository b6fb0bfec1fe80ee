/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events that are held back until their packet and all its children have ended. A packet without
 * a known parent and everything that descends from it are one family, which is handed out as a
 * whole. Bounded: 65,536 events and 32 MB; a family that would exceed that makes the oldest one go.
 */
#ifndef TRACER_HELD_H
#define TRACER_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../bpf/skbtrace_abi.h"

struct held_event {
	struct held_event *next; /* of the family, as they came */
	struct held_member *member;
	uint64_t order;         /* 1, 2, ...: as they came */
	const char *netns_name; /* part of this allocation, or NULL */
	uint32_t size;          /* of rec with its sections */
	struct skbt_record rec; /* at the end, as it ends with an open array */
};

struct held_member {
	uint64_t number; /* of the packet */
	uint64_t parent; /* likewise, 0 = none */
	uint64_t end_ts; /* 0 = it has not ended */
	struct skbt_end end;
	size_t index;              /* 0, 1, ...: as they came */
	size_t depth;              /* of the tree: 0 is the root */
	struct held_member *above; /* in the tree; NULL = the root */
	struct held_family *family;
	struct held_member *next;     /* of the family, as they came */
	struct held_member *same_key; /* in the hash table */
};

enum held_why {
	HELD_ENDED, /* all of it */
	HELD_QUIET, /* no event for a while */
	HELD_FULL,  /* no room for more */
	HELD_EXIT,
};

struct held_family {
	struct held_member *members, *last_member; /* the root first */
	struct held_event *events, *last_event;
	size_t member_count, event_count, alive, bytes;
	uint64_t last_ts; /* of its newest event or end */
	bool done;        /* nobody is alive: in the list of those that wait for stragglers */
	struct held_family *before, *after; /* in its list */
};

enum {
	HELD_EVENTS = 65536,
	HELD_BYTES = 32 << 20,
	HELD_DEPTH = 32, /* of the tree; what would be deeper stays at that depth */
};

struct held_limits {
	size_t events, bytes;
	uint64_t quiet_ns; /* a family is handed out after so long without an event */
	uint64_t grace_ns; /* after its end it waits for events that other CPUs hand in late */
};

struct held;

/* Called for each family that goes; it is freed afterwards. Returns 0 or a negative errno, on which
 * held_*() returns it. now: the time up to which everything has been seen. */
typedef int held_hand_out(void *ctx, struct held_family *family, enum held_why why, uint64_t now);

struct held *held_new(const struct held_limits *limits, held_hand_out *hand_out, void *ctx);
void held_free(struct held *h);

/* Copies the record, whose packet_id is not 0, and of its stack the frames that are valid. */
int held_add(struct held *h, const struct skbt_record *rec, size_t size, const char *netns_name);

/* A packet has ended; packet_id is its number. */
void held_end(struct held *h, const struct skbt_end *end);

/* now: CLOCK_MONOTONIC, if everything up to then was seen; 0 = up to the newest event. */
int held_tick(struct held *h, uint64_t now);
int held_flush(struct held *h, uint64_t now);

/*
 * The events of a family in order of time, or member by member and then in order of time, in an
 * array to be freed with a NULL behind the last. Two CPUs may have handed them in the other way
 * round; at one time they stay as they came. NULL = no memory.
 */
struct held_event **held_in_order(const struct held_family *family, bool by_member);

#endif
