/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line. The tables options.def and commands.def drive parsing, --help and the man page
 * check.
 * Nothing here touches BPF; names of namespaces and interfaces are resolved by resolve.h.
 */
#ifndef TRACER_OPTIONS_H
#define TRACER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

/* The first word, see commands.def. */
enum command {
	COMMAND_TRACE, /* also without such a word */
	COMMAND_PROBES,
	COMMAND_TOP,
	COMMAND_COUNT,
	COMMAND_LISTEN,
	COMMAND_DROPS,
	COMMANDS,
};

enum action {
	ACTION_RUN, /* the command */
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_DUMP_FILTER,     /* -d */
	ACTION_LIST_INTERFACES, /* -D */
};

enum backend {
	BACKEND_AUTO,
	BACKEND_FENTRY_MULTI,
	BACKEND_KPROBE_MULTI,
	BACKEND_KPROBE,
};

enum time_style {
	TIME_MICROSECONDS, /* wall clock, HH:MM:SS.ffffff: the default */
	TIME_SECONDS,      /* -T: wall clock, HH:MM:SS */
	TIME_SINCE_FIRST,  /* -t: microseconds since the first event */
};

enum color_choice {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

enum {
	MODULE_OPTIONS = 16,     /* how often --module may be given */
	EXPRESSION_OPTIONS = 16, /* how often -e may be given */
};

/* What a line of top stands for. */
enum top_by {
	TOP_BY_PID,
	TOP_BY_CONN,
	TOP_BY_NETNS,
	TOP_BY_CGROUP,
};

struct options {
	enum command command;
	enum action action;
	char *expression;    /* the one pcap filter, shorthands joined in; "" = every packet */
	const char *inner;   /* pcap expression for the packet inside a tunnel, or NULL */
	const char *where;   /* condition on kernel fields, or NULL */
	unsigned int groups; /* bits 1 << enum hook_group; 0 and !route = all groups */
	bool route;          /* --route: the hooks marked route, added to groups */
	bool all;            /* --all or --module: every function with an skb, not only the table */
	const char *modules[MODULE_OPTIONS]; /* values of --module, each a comma list */
	size_t module_count;                 /* 0 = of all modules */
	const char *func;         /* extended regular expression on their names, or NULL */
	const char *exclude;      /* likewise */
	pid_t pid;                /* 0 = any */
	const char *netns;        /* as given, or NULL */
	uint32_t netns_inode;     /* resolved from netns by options_resolve(), 0 = any */
	const char *iface;        /* or NULL for any */
	uint32_t mark, mark_mask; /* mask 0 = any */
	uint64_t max_events;      /* 0 = no limit */
	uint64_t duration_ns;     /* 0 = no limit */
	uint32_t sample;          /* one packet in so many; 0 = each */
	uint32_t rate;            /* packets a second; 0 = no limit */
	size_t buffer_size;       /* bytes of the ring, a power of two, multiple of the page size */
	enum backend backend;
	enum time_style time_style;
	enum color_choice color;
	bool json;
	bool group;              /* --group: a packet at a time */
	bool latency;            /* --latency: a table of hops at the end */
	uint64_t min_latency_ns; /* faster packets are not shown; 0 = all are */
	bool drop_stack;
	bool call_stack;
	bool drops;           /* --drops: the tracepoint of drops and nothing else */
	bool drop_summary;    /* --summary: their counts in a table instead of events */
	bool folded;          /* --folded: their counts by stack, at the end */
	uint64_t interval_ns; /* of the table; 0 = not given */
	bool no_evidence;
	bool no_follow; /* match each event by its headers, not the packet once and for all */
	bool keep;      /* --keep: what happens anyway */
	bool want_ends; /* for these three: the kernel side tells when a packet is freed */
	unsigned int bytes_level; /* how often -x was given */
	uint32_t snaplen;         /* -s: bytes of a packet that -x shows */
	bool skb;                 /* --skb: all of struct sk_buff */
	bool shinfo;              /* --skb=shinfo: and of its skb_shared_info */
	bool numeric;             /* -n: inode instead of the name of a netns */
	unsigned int verbose;
	unsigned int dump_level; /* how often -d was given */
	/* top, count */
	uint32_t interval;                           /* seconds, 1 unless given */
	uint64_t intervals;                          /* stop after so many; 0 = no limit */
	enum top_by by;                              /* top */
	const char *expressions[EXPRESSION_OPTIONS]; /* count: the values of -e */
	size_t expression_count;                     /* 0 = expression is the only one */
	const char *prometheus;                      /* count: a file to write, or NULL */
	bool by_iface;                               /* count: a line for each interface */
	bool udp;                                    /* listen: bound UDP sockets too */
	bool once;                                   /* listen: what is there now, and no more */
	const char *ready_file;
};

/*
 * Parses argv into *o. Strings point into argv, expression is owned (options_free()).
 * Returns 0, or a negative errno with *e saying what is wrong (EXIT_USAGE).
 */
int options_parse(int argc, char **argv, struct options *o, struct error *e);

/* Whether drops are counted in the kernel, by place, and not shown one by one. */
static inline bool options_count_drops(const struct options *o)
{
	return o->drop_summary || o->folded;
}

/* Looks up what the names given stand for on this machine (netns, interface). Needs no privilege
 * for the caller's own namespace. Returns as options_parse(). */
int options_resolve(struct options *o, struct error *e);
void options_free(struct options *o);

/* Prints the help of a command (generated from the option table) on stdout. */
void options_help(enum command command);

#endif
