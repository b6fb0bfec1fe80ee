/* SPDX-License-Identifier: GPL-2.0-only */
/* What one record of the kernel means: the form in which events reach the outputs. */
#ifndef TRACER_EVENT_H
#define TRACER_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "../bpf/skbtrace_abi.h"

/* The packet of an event, as far as its first bytes tell. Filled by packet_decode(). */
struct packet {
	const char *proto;        /* "TCP", "UDP", "ICMP", "ICMP6", "ARP", ...; NULL = unknown */
	int family;               /* AF_INET, AF_INET6, or 0: src and dst are not known */
	uint8_t src[16], dst[16]; /* network byte order, 4 or 16 bytes used */
	bool has_ports;
	uint16_t sport, dport; /* host byte order */
	char detail[128]; /* what else a reader wants: "echo request id 7 seq 1", "[S] seq 1", "ttl
			     1 DF" */
	uint64_t serial;  /* packets with the same one are equal; 0 = that is not known */
};

/* What user space can look up about a drop: tracer/evidence.def. */
enum evidence_kind {
#define EVIDENCE(name, what) EVIDENCE_##name,
#include "evidence.def"
#undef EVIDENCE
	EVIDENCE_KINDS,
};

/* What cause and advice may tell of the packet; 0 or empty = not known. */
struct explain_values {
	uint32_t len; /* bytes, from the IP header on */
	uint32_t mtu; /* of the route, bytes */
	int32_t rcvbuf, rmem;
	uint16_t ethertype;
	uint8_t protocol, ttl;
	uint8_t mac[6], dmac[6];     /* of the interface; the packet's destination */
	char iface[SKBT_IFNAME_LEN]; /* where it is, not terminated if it is that long */
	char out[SKBT_IFNAME_LEN];   /* where its route leads */
};

struct explanation {
	/* One sentence each, or NULL. May hold {placeholders}: explain_text() fills them in. */
	const char *cause, *advice;
	bool inferred; /* from the location and from facts, because the kernel gave no reason */
	bool routine;  /* nothing is lost: a copy of the packet, or one that was handled */
	unsigned int evidence; /* worth looking up: bits 1 << enum evidence_kind */
	struct explain_values values;
};

struct changes;
struct evidence_list;

struct event {
	const struct skbt_record *rec; /* valid until the output call returns */
	uint64_t wall_ns;              /* rec->ts on the wall clock */
	/* Events with the same number are equal in all but times, function, site and CPU, and what
	 * a return or a drop says; 0 = that is not known. */
	uint64_t alike;
	/* Hook, or for a drop the function that dropped; NULL = unknown. A name stays where it is.
	 */
	const char *func;
	const char *netns_name; /* NULL = it has none */
	/* NULL = not known; rec has pid and comm. Of the task that is the cause: */
	const char *cmdline;
	/* Of the process that owns the packet's socket: */
	const char *owner_cmdline, *owner_cgroup;
	const char *owner_container; /* id of the container that it runs in */
	const char *reason; /* drop: without SKB_DROP_REASON_; NULL = none, or unknown by name */
	bool has_reason;    /* drop: this kernel gives reasons, so rec->reason means something */
	bool most_reasons;  /* and IP, UDP, TCP and ICMP give them where they can: from 5.19 on */
	uint64_t location_offset; /* drop: bytes into func */
	uint64_t stack_id;        /* drop, --folded: skbt_stack_hash() of its stack, else 0 */
	struct packet packet;
	const struct skbt_drop *drop; /* drop: what the record says beside the packet, or NULL */
	/* drop: what a rule or table of the firewall decided; NULL = not known, or no firewall. The
	 * explanation says more with it. */
	const struct skbt_verdict *rule;
	struct explanation why;               /* drops only */
	const struct evidence_list *evidence; /* drops only; NULL = none was gathered */
	const struct skbt_verdict *verdict;   /* of a return; NULL = it is none */
	const char *decision;                 /* of a bridge, in words; NULL = none is made here */
	/* Filled in by journeys_event(), in the order in which events are shown. */
	const struct changes *changes; /* NULL = no previous event is known */
	bool has_total;
	int64_t total_ns;     /* since the first event of the packet that it descends from */
	bool has_hop;         /* the previous event of the packet, or of its parent, is known: */
	const char *hop_func; /* its func, */
	uint8_t hop_type;     /* its type, */
	uint64_t hop_ns;      /* and how long ago it was */
	const uint8_t *bytes; /* -x; NULL = not asked for, or the packet has none to be read */
	size_t bytes_len;
	/* --skb: the structs as they lie in the kernel; NULL = not asked for, or not readable */
	const uint8_t *skb_image, *shinfo_image;
};

/*
 * A section of a record, NULL = it has none. size[] are the sections' sizes in this run, as the
 * configuration of the kernel side has them.
 */
const void *record_section(const struct skbt_record *rec, const uint32_t size[SKBT_SECTIONS],
			   enum skbt_section section);

/* Numbers for the summary and for live loss reports; see bpf/skbtrace_abi.h for their identity. */
struct run_counts {
	uint64_t counter[SKBT_COUNTERS];
	uint64_t missed;        /* probe hits the kernel itself skipped (recursion, no slot) */
	uint64_t packets;       /* that got a number */
	uint64_t events, drops; /* as printed */
	uint64_t routine;       /* drops that lose nothing, not printed (--drops) */
	uint64_t fast;          /* packets not printed, as they took less than --min-latency */
};

/* Takes a row of the kernel side's table of drops. */
typedef void drop_row_fn(void *ctx, const struct skbt_drop_place *place,
			 const struct skbt_drop_count *counted);

struct latency;

struct run_info {
	const char *backend;            /* "kprobe.multi", "kprobe" */
	const char *kernel;             /* uname -r */
	unsigned int attached, skipped; /* hooks */
	struct latency *latency;        /* NULL = not asked for */
};

/* lost = every SKBT_LOST_ class added. */
uint64_t run_counts_lost(const struct run_counts *c);

#endif
