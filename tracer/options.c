/* SPDX-License-Identifier: GPL-2.0-only */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel-compat/kernel_compat.h"
#include "nearest.h"
#include "option_table.h"

#define NONE           0
#define FIELD(f)       offsetof(struct options, f)
#define SECTION(title) { .heading = (title) },
#define OPTION(c, long_name, meta, setter, where, value, single, text)                             \
	{                                                                                          \
		.letter = (c),                                                                     \
		.name = (long_name),                                                               \
		.metavar = (meta),                                                                 \
		.set = (setter),                                                                   \
		.offset = (where),                                                                 \
		.number = (int)(value),                                                            \
		.once = (single),                                                                  \
		.help = (text),                                                                    \
	},

const struct option_spec option_table[] = {
#include "options.def"
};

enum {
	TABLE_LEN = sizeof(option_table) / sizeof(option_table[0]),
	LONG_ONLY = 256, /* getopt value of a line without a letter: LONG_ONLY + its index */
	DEFAULT_BUFFER = 8 * 1024 * 1024,
	DEFAULT_SNAPLEN = 128,
};

const size_t option_table_len = TABLE_LEN;

_Static_assert(TABLE_LEN <= 64, "struct parse keeps one bit for each line");

/* DESIGN: first words with a meaning of their own, later parts of the project. */
static const char *const other_commands[] = { "top", "count", "listen", "report", "diff" };

static int getopt_value(size_t index)
{
	return option_table[index].letter ? option_table[index].letter : LONG_ONLY + (int)index;
}

static const struct option_spec *spec_of(int value)
{
	for (size_t i = 0; i < TABLE_LEN; i++) {
		if (option_table[i].name && getopt_value(i) == value)
			return &option_table[i];
	}
	return NULL;
}

struct option_name option_name(const struct option_spec *spec)
{
	struct option_name n;

	if (spec->letter)
		snprintf(n.text, sizeof(n.text), "-%c/--%s", spec->letter, spec->name);
	else
		snprintf(n.text, sizeof(n.text), "--%s", spec->name);
	return n;
}

/* letters needs room for three bytes a line of the table. */
static void fill_getopt_tables(char *letters, struct option *longs)
{
	*letters++ = ':'; /* tell a missing value from an unknown option */
	for (size_t i = 0; i < TABLE_LEN; i++) {
		const struct option_spec *spec = &option_table[i];

		if (!spec->name)
			continue;
		*longs++ = (struct option){
			.name = spec->name,
			.has_arg = !spec->metavar          ? no_argument
				   : *spec->metavar == '[' ? optional_argument
							   : required_argument,
			.val = getopt_value(i),
		};
		if (spec->letter)
			*letters++ = spec->letter;
		if (spec->letter && spec->metavar)
			*letters++ = ':';
	}
	*letters = '\0';
	*longs = (struct option){ 0 };
}

/* word: "--name" or "--name=value" that getopt_long() does not know, or knows several of. */
/* Options of the plan that are not built yet: they are not typing errors. */
static bool is_later(const char *name)
{
	static const char *const later[] = { "write", "read" };

	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (!strcmp(name, later[i]))
			return true;
	return false;
}

static int unknown_long(struct error *e, const char *word)
{
	char name[64];
	struct nearest nearest;
	int prefixes = 0;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	nearest_init(&nearest, name);
	for (size_t i = 0; i < TABLE_LEN; i++) {
		if (!option_table[i].name)
			continue;
		nearest_offer(&nearest, option_table[i].name);
		prefixes += strncmp(option_table[i].name, name, strlen(name)) == 0;
	}
	if (prefixes > 1)
		return error_set(e, EXIT_USAGE, -EINVAL,
				 "option --%s can mean several options; write it in full", name);
	if (is_later(name))
		return error_set(
			e, EXIT_USAGE, -EINVAL,
			"--%s is not part of this version of skbtrace; see skbtrace --help", name);
	if (nearest_best(&nearest))
		return error_set(e, EXIT_USAGE, -EINVAL, "unknown option --%s; did you mean --%s?",
				 name, nearest_best(&nearest));
	return error_set(e, EXIT_USAGE, -EINVAL, "unknown option --%s; see skbtrace --help", name);
}

static int group_with_hooks(struct error *e, const char *value)
{
	return error_set(e, EXIT_USAGE, -EINVAL,
			 "--group takes no value, it shows a packet at a time; to choose hooks: "
			 "--hooks %s",
			 value);
}

/* The word behind --group is no expression but names of hook groups. "ip" is both. */
static bool names_hooks(const char *word)
{
	char name[32];

	if (!word || strcmp(word, "ip") == 0)
		return false;
	for (;; word++) {
		size_t len = strcspn(word, ",");

		snprintf(name, sizeof(name), "%.*s", (int)len, word);
		if (hook_group_by_name(name) < 0)
			return false;
		word += len;
		if (!*word)
			return true;
	}
}

static int bad_option(struct error *e, int answer, const char *word)
{
	const struct option_spec *spec = optopt ? spec_of(optopt) : NULL;

	if (answer == ':')
		return error_set(e, EXIT_USAGE, -EINVAL, "%s needs a value: %s",
				 option_name(spec).text, spec->metavar);
	if (spec && strcmp(spec->name, "group") == 0)
		return group_with_hooks(e, strchr(word, '=') + 1);
	if (spec)
		return error_set(e, EXIT_USAGE, -EINVAL, "%s takes no value",
				 option_name(spec).text);
	if (optopt)
		return error_set(
			e, EXIT_USAGE, -EINVAL,
			strchr("wr", optopt)
				? "-%c is not part of this version of skbtrace; see skbtrace --help"
				: "unknown option -%c; see skbtrace --help",
			optopt);
	return unknown_long(e, word);
}

static int take_option(struct parse *p, const struct option_spec *spec, const char *value)
{
	uint64_t bit = 1ULL << (spec - option_table);

	if (spec->once && p->seen & bit)
		return error_set(
			p->e, EXIT_USAGE, -EINVAL, "%s is given twice%s", option_name(spec).text,
			spec->set == set_host   ? ": use an expression, as in \"host A or host B\""
			: spec->set == set_port ? ": use an expression, as in \"port A or port B\""
						: ": give it once");
	p->seen |= bit;
	return spec->set(p, spec, value);
}

static int take_options(struct parse *p, int argc, char **argv)
{
	char letters[3 * TABLE_LEN + 2];
	struct option longs[TABLE_LEN + 1];
	int value, err = 0;

	fill_getopt_tables(letters, longs);
	optind = 0; /* glibc: start afresh, whatever was parsed before */
	opterr = 0;
	while (!err && (value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (value == '?' || value == ':')
			err = bad_option(p->e, value, argv[optind - 1]);
		else
			err = take_option(p, spec_of(value), optarg);
		if (!err && p->o->group && names_hooks(argv[optind]) &&
		    strcmp(argv[optind - 1], "--group") == 0)
			err = group_with_hooks(p->e, argv[optind]);
		if (p->o->action == ACTION_HELP)
			break;
	}
	return err;
}

/* Commands of this version. */
static bool take_word(struct options *o, const char *word)
{
	if (strcmp(word, "probes") == 0 && o->action == ACTION_TRACE)
		o->action = ACTION_PROBES;
	return strcmp(word, "trace") == 0 || strcmp(word, "probes") == 0;
}

/* A first word that is a command; after "--" every word belongs to the expression. */
static int take_command(struct options *o, char ***words, int *count, bool after_dashes,
			struct error *e)
{
	const char *word = *count > 0 && !after_dashes ? **words : "";

	if (take_word(o, word)) {
		++*words;
		--*count;
	}
	for (size_t i = 0; i < sizeof(other_commands) / sizeof(other_commands[0]); i++) {
		if (strcmp(word, other_commands[i]) == 0)
			return error_set(
				e, EXIT_USAGE, -EINVAL,
				"'%s' is not part of this version of skbtrace; see skbtrace --help",
				word);
	}
	return 0;
}

/* The table's groups and every function are two answers to one question. */
static int check_functions(const struct options *o, struct error *e)
{
	if (!o->all || (!o->groups && !o->route))
		return 0;
	return error_set(e, EXIT_USAGE, -EINVAL,
			 "%s asks for every function, --hooks, --route, --iptable and --bridge for "
			 "parts of the hook table: use one or the other",
			 o->module_count ? "--module" : "--all");
}

static int settle_snaplen(struct options *o, struct error *e)
{
	if (o->snaplen && !o->bytes_level)
		return error_set(e, EXIT_USAGE, -EINVAL,
				 "-s/--snaplen says how many bytes -x shows: give -x too");
	if (!o->snaplen)
		o->snaplen = DEFAULT_SNAPLEN;
	return 0;
}

/* What chooses packets or shapes their output means nothing for a list of functions. */
static int check_probes(const struct parse *p, int words)
{
	static const char *const taken[] = { "all",     "module", "func",    "exclude",
					     "route",   "hooks",  "iptable", "bridge",
					     "backend", "json",   "verbose" };

	for (size_t i = 0; i < TABLE_LEN; i++) {
		size_t k = 0;

		if (!(p->seen & 1ULL << i))
			continue;
		while (k < sizeof(taken) / sizeof(taken[0]) &&
		       strcmp(taken[k], option_table[i].name) != 0)
			k++;
		if (k == sizeof(taken) / sizeof(taken[0]))
			return error_set(p->e, EXIT_USAGE, -EINVAL,
					 "%s is not for skbtrace probes, which traces nothing",
					 option_name(&option_table[i]).text);
	}
	if (words)
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "skbtrace probes takes no expression; it traces nothing");
	p->o->all |= !p->o->groups && !p->o->route;
	return 0;
}

int options_parse(int argc, char **argv, struct options *o, struct error *e)
{
	struct parse p = { .o = o, .e = e };
	char **words;
	int err, count;

	*o = (struct options){ .buffer_size = DEFAULT_BUFFER };
	/* The command comes first, so "trace --" is still a command before the dashes. */
	if (argc > 1 && take_word(o, argv[1])) {
		argv[1] = argv[0];
		argv++;
		argc--;
	}
	err = take_options(&p, argc, argv);
	if (err || o->action == ACTION_HELP)
		return err;
	words = argv + optind;
	count = argc - optind;
	if (o->action != ACTION_PROBES)
		err = take_command(o, &words, &count, strcmp(argv[optind - 1], "--") == 0, e);
	if (!err)
		err = check_functions(o, e);
	if (!err)
		err = settle_snaplen(o, e);
	if (!err && o->action == ACTION_PROBES)
		err = check_probes(&p, count);
	o->want_ends = o->group || o->latency || o->min_latency_ns;
	if (err)
		return err;
	return expression_join(&p.expression, words, count, &o->expression, e);
}

void options_free(struct options *o)
{
	free(o->expression);
	o->expression = NULL;
}
