/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to the option files: the table (options.def), and what is collected while parsing. */
#ifndef TRACER_OPTION_TABLE_H
#define TRACER_OPTION_TABLE_H

#include "expression.h"
#include "options.h"

struct parse {
	struct options *o;
	struct error *e;
	struct expression_parts expression;
	uint64_t seen; /* one bit for each line of the table */
};

struct option_spec {
	const char *heading; /* this line only starts a section of --help; the rest is unset */
	char letter;         /* 0 = has no short form */
	const char *name;
	const char *metavar; /* NULL = takes no value; "[=...]" = may take one */
	int (*set)(struct parse *p, const struct option_spec *spec, const char *value);
	size_t offset; /* of the field of struct options, for the plain setters */
	int number;    /* what the setter stores, where it stores a constant */
	bool once;     /* it narrows the trace: a second one must not silently replace it */
	const char *help;
};

extern const struct option_spec option_table[];
extern const size_t option_table_len;

/* "-H/--host", for messages. */
struct option_name {
	char text[40];
};
struct option_name option_name(const struct option_spec *spec);

/* Strict unsigned number, decimal or 0x hexadecimal: no sign, no blanks, no octal. 0 or -EINVAL. */
int parse_number(const char *text, uint64_t max, uint64_t *out);

int set_action(struct parse *p, const struct option_spec *spec, const char *value);
int set_backend(struct parse *p, const struct option_spec *spec, const char *value);
int set_buffer(struct parse *p, const struct option_spec *spec, const char *value);
int set_bytes(struct parse *p, const struct option_spec *spec, const char *value);
int set_color(struct parse *p, const struct option_spec *spec, const char *value);
int set_count(struct parse *p, const struct option_spec *spec, const char *value);
int set_duration(struct parse *p, const struct option_spec *spec, const char *value);
int set_expression_file(struct parse *p, const struct option_spec *spec, const char *value);
int set_flag(struct parse *p, const struct option_spec *spec, const char *value);
int set_group(struct parse *p, const struct option_spec *spec, const char *value);
int set_groups(struct parse *p, const struct option_spec *spec, const char *value);
int set_host(struct parse *p, const struct option_spec *spec, const char *value);
int set_icmpid(struct parse *p, const struct option_spec *spec, const char *value);
int set_iface(struct parse *p, const struct option_spec *spec, const char *value);
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
