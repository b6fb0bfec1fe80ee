/* SPDX-License-Identifier: GPL-2.0-only */
/* The setters of the option table: each checks one value and stores it. */
#include "option_table.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel-compat/kernel_compat.h"
#include "nearest.h"

enum {
	IFNAME_MAX = 15,     /* IFNAMSIZ - 1 */
	PID_LIMIT = 4194304, /* PID_MAX_LIMIT of 64-bit kernels */
	SAMPLE_MAX = 1000000,
	SNAPLEN_MIN = 16,
	SNAPLEN_MAX = 2048, /* more than a frame of Ethernet; the kernel side copies as much */
	RATE_MAX = 1000000, /* a second; the kernel side counts whole nanoseconds between packets */
};

#define DURATION_MAX_NS (366 * 86400 * 1000000000ULL)

static const uint64_t buffer_min = 64 * 1024;
static const uint64_t buffer_max = 1024 * 1024 * 1024;

int parse_number(const char *text, uint64_t max, uint64_t *out)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	size_t len = strlen(digits);

	if (len == 0 || strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != len)
		return -EINVAL;
	errno = 0;
	*out = strtoull(digits, NULL, hex ? 16 : 10);
	return errno || *out > max ? -EINVAL : 0;
}

static int bad_value(struct parse *p, const struct option_spec *spec, const char *value,
		     const char *accepted)
{
	return error_set(p->e, EXIT_USAGE, -EINVAL, "%s takes %s, not \"%s\"",
			 option_name(spec).text, accepted, value);
}

static void *field(struct parse *p, const struct option_spec *spec)
{
	return (char *)p->o + spec->offset;
}

int set_flag(struct parse *p, const struct option_spec *spec, const char *value)
{
	(void)value;
	*(bool *)field(p, spec) = true;
	return 0;
}

int set_string(struct parse *p, const struct option_spec *spec, const char *value)
{
	if (!value[0])
		return error_set(p->e, EXIT_USAGE, -EINVAL, "%s needs a value: %s",
				 option_name(spec).text, spec->metavar);
	*(const char **)field(p, spec) = value;
	return 0;
}

int set_action(struct parse *p, const struct option_spec *spec, const char *value)
{
	(void)value;
	p->o->action = spec->number;
	if (spec->number == ACTION_DUMP_FILTER)
		p->o->dump_level++;
	return 0;
}

int set_verbose(struct parse *p, const struct option_spec *spec, const char *value)
{
	(void)spec;
	(void)value;
	p->o->verbose++;
	return 0;
}

int set_bytes(struct parse *p, const struct option_spec *spec, const char *value)
{
	(void)spec;
	(void)value;
	p->o->bytes_level++;
	return 0;
}

int set_snaplen(struct parse *p, const struct option_spec *spec, const char *value)
{
	uint64_t n;

	if (parse_number(value, SNAPLEN_MAX, &n) || n < SNAPLEN_MIN)
		return bad_value(p, spec, value, "a number of bytes, 16 to 2048");
	p->o->snaplen = n;
	return 0;
}

int set_skb(struct parse *p, const struct option_spec *spec, const char *value)
{
	if (value && strcmp(value, "shinfo") != 0)
		return bad_value(p, spec, value, "shinfo or nothing");
	p->o->skb = true;
	p->o->shinfo |= value != NULL;
	return 0;
}

int set_time_style(struct parse *p, const struct option_spec *spec, const char *value)
{
	(void)value;
	if (p->o->time_style != TIME_MICROSECONDS && (int)p->o->time_style != spec->number)
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "-T and -t exclude each other: use one");
	p->o->time_style = spec->number;
	return 0;
}

int set_group(struct parse *p, const struct option_spec *spec, const char *value)
{
	(void)value;
	p->o->groups |= 1U << spec->number;
	return 0;
}

static int unknown_group(struct parse *p, const char *name)
{
	char names[160] = "";
	struct nearest nearest;
	size_t len = 0;

	nearest_init(&nearest, name);
	for (int g = 0; g < HOOK_GROUPS; g++) {
		nearest_offer(&nearest, hook_group_name(g));
		if (len < sizeof(names))
			len += snprintf(names + len, sizeof(names) - len, "%s%s", g ? ", " : "",
					hook_group_name(g));
	}
	if (nearest_best(&nearest))
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "no hook group \"%s\"; did you mean %s? (there are %s)", name,
				 nearest_best(&nearest), names);
	return error_set(p->e, EXIT_USAGE, -EINVAL, "no hook group \"%s\"; there are %s", name,
			 names);
}

int set_groups(struct parse *p, const struct option_spec *spec, const char *value)
{
	char name[32];
	int group;

	(void)spec;
	for (;; value++) {
		size_t len = strcspn(value, ",");

		snprintf(name, sizeof(name), "%.*s", (int)len, value);
		group = hook_group_by_name(name);
		if (group < 0)
			return unknown_group(p, name);
		p->o->groups |= 1U << group;
		value += len;
		if (!*value)
			return 0;
	}
}

int set_module(struct parse *p, const struct option_spec *spec, const char *value)
{
	struct options *o = p->o;
	size_t len = strlen(value);

	if (!len || value[0] == ',' || value[len - 1] == ',' || strstr(value, ",,"))
		return bad_value(p, spec, value, "names of modules, separated by commas");
	if (o->module_count == MODULE_OPTIONS)
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "--module is given too often; separate names by commas");
	o->modules[o->module_count++] = value;
	o->all = true;
	return 0;
}

int set_host(struct parse *p, const struct option_spec *spec, const char *value)
{
	if (expression_host(&p->expression, value))
		return bad_value(p, spec, value, "an IPv4 or IPv6 address, or ADDR/PREFIX");
	return 0;
}

int set_port(struct parse *p, const struct option_spec *spec, const char *value)
{
	uint64_t port;

	if (parse_number(value, 65535, &port) || port == 0)
		return bad_value(p, spec, value, "a port number from 1 to 65535");
	expression_port(&p->expression, port);
	return 0;
}

int set_icmpid(struct parse *p, const struct option_spec *spec, const char *value)
{
	uint64_t id;

	if (parse_number(value, 65535, &id))
		return bad_value(p, spec, value, "a number from 0 to 65535");
	expression_icmpid(&p->expression, id);
	return 0;
}

int set_pid(struct parse *p, const struct option_spec *spec, const char *value)
{
	uint64_t pid;

	if (parse_number(value, PID_LIMIT, &pid) || pid == 0)
		return bad_value(p, spec, value, "a process id");
	p->o->pid = pid;
	return 0;
}

int set_count(struct parse *p, const struct option_spec *spec, const char *value)
{
	if (parse_number(value, UINT64_MAX, &p->o->max_events) || p->o->max_events == 0)
		return bad_value(p, spec, value, "a number from 1");
	return 0;
}

int set_by_iface(struct parse *p, const struct option_spec *spec, const char *value)
{
	if (strcmp(value, "iface") != 0)
		return bad_value(p, spec, value, "iface");
	p->o->by_iface = true;
	return 0;
}

int set_interval(struct parse *p, const struct option_spec *spec, const char *value)
{
	uint64_t seconds;

	if (parse_number(value, INTERVAL_MAX, &seconds) || seconds == 0)
		return bad_value(p, spec, value, "a whole number of seconds from 1");
	p->o->interval = seconds;
	return 0;
}

int set_intervals(struct parse *p, const struct option_spec *spec, const char *value)
{
	if (parse_number(value, UINT64_MAX, &p->o->intervals) || p->o->intervals == 0)
		return bad_value(p, spec, value, "a number from 1");
	return 0;
}

int set_expression(struct parse *p, const struct option_spec *spec, const char *value)
{
	struct options *o = p->o;

	(void)spec;
	if (o->expression_count == EXPRESSION_OPTIONS)
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "-e/--expr is given more than %d times; count the rest in another "
				 "run",
				 EXPRESSION_OPTIONS);
	o->expressions[o->expression_count++] = value;
	return 0;
}

/* Nanoseconds of a unit; 0 for an unknown one. */
static uint64_t time_unit(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "", 1000000000 },          { "us", 1000 },
		      { "ms", 1000000 },           { "s", 1000000000 },
		      { "m", 60 * 1000000000ULL }, { "h", 3600 * 1000000000ULL } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].name, unit) == 0)
			return units[i].ns;
	return 0;
}

/* Nanoseconds; 0 for what is no time from 1 to DURATION_MAX_NS. */
static uint64_t parse_time(const char *value)
{
	char number[16];
	size_t digits = strspn(value, "0123456789");
	uint64_t count, unit = time_unit(value + digits);

	snprintf(number, sizeof(number), "%.*s", (int)digits, value);
	if (digits >= sizeof(number) || !unit ||
	    parse_number(number, DURATION_MAX_NS / unit, &count))
		return 0;
	return count * unit;
}

int set_duration(struct parse *p, const struct option_spec *spec, const char *value)
{
	p->o->duration_ns = parse_time(value);
	if (!p->o->duration_ns)
		return bad_value(p, spec, value,
				 "a time of at most a year, as in 500ms, 10s, 2m or 1h");
	return 0;
}

int set_min_latency(struct parse *p, const struct option_spec *spec, const char *value)
{
	p->o->min_latency_ns = parse_time(value);
	if (!p->o->min_latency_ns || !strpbrk(value, "smh"))
		return bad_value(p, spec, value, "a time with its unit, as in 500us, 2ms or 1s");
	return 0;
}

int set_sample(struct parse *p, const struct option_spec *spec, const char *value)
{
	uint64_t n;

	if (strncmp(value, "1/", 2) != 0 || parse_number(value + 2, SAMPLE_MAX, &n) || n == 0)
		return bad_value(p, spec, value, "1/N with N from 1 to 1000000, as in 1/100");
	p->o->sample = n;
	return 0;
}

int set_rate(struct parse *p, const struct option_spec *spec, const char *value)
{
	uint64_t rate;

	if (parse_number(value, RATE_MAX, &rate) || rate == 0)
		return bad_value(p, spec, value, "a number of packets a second, 1 to 1000000");
	p->o->rate = rate;
	return 0;
}

int set_iface(struct parse *p, const struct option_spec *spec, const char *value)
{
	if (!value[0] || strlen(value) > IFNAME_MAX || strchr(value, '/'))
		return bad_value(p, spec, value, "the name of an interface (1 to 15 characters)");
	p->o->iface = strcmp(value, "any") == 0 ? NULL : value; /* as in tcpdump */
	return 0;
}

int set_mark(struct parse *p, const struct option_spec *spec, const char *value)
{
	char text[32];
	uint64_t mark, mask = UINT32_MAX;
	char *slash;

	snprintf(text, sizeof(text), "%s", value);
	slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	if (strlen(value) >= sizeof(text) || parse_number(text, UINT32_MAX, &mark) ||
	    (slash && parse_number(slash, UINT32_MAX, &mask)))
		return bad_value(p, spec, value, "MARK or MARK/MASK, decimal or 0x hexadecimal");
	if (mask == 0)
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "--mark %s: mask 0 looks at no bit; leave --mark out instead",
				 value);
	if (mark & ~mask)
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "--mark %s can never match: the mark has bits outside the mask",
				 value);
	p->o->mark = mark;
	p->o->mark_mask = mask;
	return 0;
}

int set_expression_file(struct parse *p, const struct option_spec *spec, const char *value)
{
	(void)spec;
	p->expression.file = value;
	return 0;
}

int set_regex(struct parse *p, const struct option_spec *spec, const char *value)
{
	char text[128];
	regex_t regex;
	int err = regcomp(&regex, value, REG_EXTENDED | REG_NOSUB);

	if (err) {
		regerror(err, &regex, text, sizeof(text));
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "%s \"%s\" is no extended regular expression: %s",
				 option_name(spec).text, value, text);
	}
	regfree(&regex);
	*(const char **)field(p, spec) = value;
	return 0;
}

static int index_of(const char *const *names, const char *value)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], value) == 0)
			return i;
	}
	return -EINVAL;
}

int set_proto(struct parse *p, const struct option_spec *spec, const char *value)
{
	static const char *const names[] = { "any", "tcp", "udp", "icmp", "icmp6", "arp", NULL };
	int i = index_of(names, value);

	if (i < 0)
		return bad_value(p, spec, value, "tcp, udp, icmp, icmp6, arp or any");
	if (i > 0)
		snprintf(p->expression.proto, sizeof(p->expression.proto), "%s", value);
	return 0;
}

int set_by(struct parse *p, const struct option_spec *spec, const char *value)
{
	static const char *const names[] = {
		[TOP_BY_PID] = "pid",
		[TOP_BY_CONN] = "conn",
		[TOP_BY_NETNS] = "netns",
		[TOP_BY_CGROUP] = "cgroup",
		NULL,
	};
	int i = index_of(names, value);

	if (i < 0)
		return bad_value(p, spec, value, "pid, conn, netns or cgroup");
	p->o->by = i;
	return 0;
}

int set_backend(struct parse *p, const struct option_spec *spec, const char *value)
{
	static const char *const names[] = {
		[BACKEND_AUTO] = "auto",
		[BACKEND_FENTRY_MULTI] = "fentry.multi",
		[BACKEND_KPROBE_MULTI] = "kprobe.multi",
		[BACKEND_KPROBE] = "kprobe",
		NULL,
	};
	int i = index_of(names, value);

	if (i < 0)
		return bad_value(p, spec, value, "auto, fentry.multi, kprobe.multi or kprobe");
	p->o->backend = i;
	return 0;
}

int set_color(struct parse *p, const struct option_spec *spec, const char *value)
{
	static const char *const names[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
		NULL,
	};
	int i = index_of(names, value);

	if (i < 0)
		return bad_value(p, spec, value, "auto, always or never");
	p->o->color = i;
	return 0;
}

/* Bits that a size suffix shifts by; -1 for an unknown one. */
static int size_shift(const char *suffix)
{
	static const char letters[] = "KMG";
	const char *found;

	if (!suffix[0])
		return 0;
	found = strchr(letters, suffix[0] & ~0x20); /* either case */
	return found && *found && !suffix[1] ? 10 * (int)(found - letters + 1) : -1;
}

int set_buffer(struct parse *p, const struct option_spec *spec, const char *value)
{
	char number[16];
	size_t digits = strspn(value, "0123456789");
	int shift = size_shift(value + digits);
	uint64_t size;
	size_t rounded = 1;

	snprintf(number, sizeof(number), "%.*s", (int)digits, value);
	if (digits >= sizeof(number) || shift < 0 || parse_number(number, buffer_max, &size) ||
	    size << shift < buffer_min || size << shift > buffer_max)
		return bad_value(p, spec, value, "a size from 64K to 1G, as in 512K or 16M");
	while (rounded < size << shift)
		rounded *= 2;
	p->o->buffer_size = rounded;
	return 0;
}
