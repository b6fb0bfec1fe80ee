/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to the option files: the table (options.def), and what is collected while parsing. */
#ifndef TRACER_OPTION_TABLE_H
#define TRACER_OPTION_TABLE_H

#include "expression.h"
#include "options.h"

enum {
	OPTION_LINES_MAX = 128,
	INTERVAL_MAX = 366 * 86400, /* seconds */
};

struct parse {
	struct options *o;
	struct error *e;
	struct expression_parts expression;
	bool seen[OPTION_LINES_MAX]; /* by line of the table */
};

struct command_spec {
	const char *name;
	const char *arguments; /* behind the options */
	const char *summary;   /* a line of skbtrace --help; "" = none */
	const char *about;     /* text of its own --help, with examples */
};

extern const struct command_spec command_table[COMMANDS]; /* name NULL = not in this version */

struct option_spec {
	const char *heading; /* this line only starts a section of --help; the rest is unset */
	char letter;         /* 0 = has no short form */
	const char *name;
	const char *metavar; /* NULL = takes no value; "[=...]" = may take one */
	int (*set)(struct parse *p, const struct option_spec *spec, const char *value);
	size_t offset;         /* of the field of struct options, for the plain setters */
	int number;            /* what the setter stores, where it stores a constant */
	bool once;             /* it narrows the trace: a second one must not silently replace it */
	unsigned int commands; /* that take it: bits 1 << enum command */
	const char *help;
};

extern const struct option_spec option_table[];
extern const size_t option_table_len;

/* "-H/--host", for messages. */
struct option_name {
	char text[40];
};
struct option_name option_name(const struct option_spec *spec);

/*
 * Takes interval and count off the end of the words, as far as what is left is an expression:
 * "port 80 5" is "port 80" every 5 seconds. *count becomes the number of words left. Returns 0 or a
 * negative errno with *e set.
 */
int take_interval_words(struct options *o, char **words, int *count, struct error *e);

/* Strict unsigned number, decimal or 0x hexadecimal: no sign, no blanks, no octal. 0 or -EINVAL. */
int parse_number(const char *text, uint64_t max, uint64_t *out);

/* What --drops and its companions exclude and ask for. Returns as options_parse(). */
int settle_drops(struct parse *p);

int set_action(struct parse *p, const struct option_spec *spec, const char *value);
int set_backend(struct parse *p, const struct option_spec *spec, const char *value);
int set_buffer(struct parse *p, const struct option_spec *spec, const char *value);
int set_by(struct parse *p, const struct option_spec *spec, const char *value);
int set_by_iface(struct parse *p, const struct option_spec *spec, const char *value);
int set_bytes(struct parse *p, const struct option_spec *spec, const char *value);
int set_color(struct parse *p, const struct option_spec *spec, const char *value);
int set_count(struct parse *p, const struct option_spec *spec, const char *value);
int set_duration(struct parse *p, const struct option_spec *spec, const char *value);
int set_expression(struct parse *p, const struct option_spec *spec, const char *value);
int set_expression_file(struct parse *p, const struct option_spec *spec, const char *value);
int set_flag(struct parse *p, const struct option_spec *spec, const char *value);
int set_group(struct parse *p, const struct option_spec *spec, const char *value);
int set_groups(struct parse *p, const struct option_spec *spec, const char *value);
int set_host(struct parse *p, const struct option_spec *spec, const char *value);
int set_icmpid(struct parse *p, const struct option_spec *spec, const char *value);
int set_iface(struct parse *p, const struct option_spec *spec, const char *value);
int set_interval(struct parse *p, const struct option_spec *spec, const char *value);
int set_intervals(struct parse *p, const struct option_spec *spec, const char *value);
int set_mark(struct parse *p, const struct option_spec *spec, const char *value);
int set_min_latency(struct parse *p, const struct option_spec *spec, const char *value);
int set_module(struct parse *p, const struct option_spec *spec, const char *value);
int set_pid(struct parse *p, const struct option_spec *spec, const char *value);
int set_port(struct parse *p, const struct option_spec *spec, const char *value);
int set_proto(struct parse *p, const struct option_spec *spec, const char *value);
int set_rate(struct parse *p, const struct option_spec *spec, const char *value);
int set_regex(struct parse *p, const struct option_spec *spec, const char *value);
int set_sample(struct parse *p, const struct option_spec *spec, const char *value);
int set_skb(struct parse *p, const struct option_spec *spec, const char *value);
int set_snaplen(struct parse *p, const struct option_spec *spec, const char *value);
int set_string(struct parse *p, const struct option_spec *spec, const char *value);
int set_time_style(struct parse *p, const struct option_spec *spec, const char *value);
int set_verbose(struct parse *p, const struct option_spec *spec, const char *value);

#endif
