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
#define OPTION(c, long_name, meta, setter, where, value, single, who, text)                        \
	{                                                                                          \
		.letter = (c),                                                                     \
		.name = (long_name),                                                               \
		.metavar = (meta),                                                                 \
		.set = (setter),                                                                   \
		.offset = (where),                                                                 \
		.number = (int)(value),                                                            \
		.once = (single),                                                                  \
		.commands = (who),                                                                 \
		.help = (text),                                                                    \
	},

/* The commands that take an option. */
enum {
	TRACE = 1 << COMMAND_TRACE,
	PROBES = 1 << COMMAND_PROBES,
	TOP = 1 << COMMAND_TOP,
	COUNT = 1 << COMMAND_COUNT,
	LISTEN = 1 << COMMAND_LISTEN,
	DROPS = 1 << COMMAND_DROPS,
	INTERVALS = TOP | COUNT | DROPS,
	PACKETS = TRACE | TOP | COUNT | LISTEN | DROPS,
	ALL = PACKETS | PROBES,
};

const struct option_spec option_table[] = {
#include "options.def"
};

#define COMMAND(id, word, behind, line, text)                                                      \
	[id] = { .name = (word), .arguments = (behind), .summary = (line), .about = (text) },

const struct command_spec command_table[COMMANDS] = {
#include "commands.def"
};

enum {
	TABLE_LEN = sizeof(option_table) / sizeof(option_table[0]),
	LONG_ONLY = 256, /* getopt value of a line without a letter: LONG_ONLY + its index */
	DEFAULT_BUFFER = 8 * 1024 * 1024,
	DEFAULT_SNAPLEN = 128,
};

const size_t option_table_len = TABLE_LEN;

_Static_assert((int)TABLE_LEN <= (int)OPTION_LINES_MAX, "struct parse has a place for each line");

/* DESIGN: first words with a meaning of their own, later parts of the project. */
static const char *const other_commands[] = { "report", "diff" };

static int getopt_value(size_t index)
{
	return option_table[index].letter ? option_table[index].letter : LONG_ONLY + (int)index;
}

/* Of the lines with a name, that of the command; of another one, where any is asked for. */
static bool is_line_for(size_t index, unsigned int commands)
{
	const struct option_spec *spec = &option_table[index];

	if (!spec->name || !(spec->commands & commands))
		return false;
	for (size_t i = 0; i < index; i++)
		if (option_table[i].commands & commands && option_table[i].name &&
		    strcmp(option_table[i].name, spec->name) == 0)
			return false;
	return true;
}

static const struct option_spec *spec_of(int value, unsigned int commands)
{
	for (size_t i = 0; i < TABLE_LEN; i++)
		if (is_line_for(i, commands) && getopt_value(i) == value)
			return &option_table[i];
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

struct getopt_tables {
	char letters[3 * TABLE_LEN + 3];
	struct option longs[TABLE_LEN + 1];
};

/* mode: "+" to stop at the first word, or "". */
static void fill_getopt_tables(struct getopt_tables *t, unsigned int commands, const char *mode)
{
	struct option *longs = t->longs;
	char *letters = stpcpy(t->letters, mode);

	*letters++ = ':'; /* tell a missing value from an unknown option */
	for (size_t i = 0; i < TABLE_LEN; i++) {
		const struct option_spec *spec = &option_table[i];

		if (!is_line_for(i, commands))
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

/* What to call for help. */
static const char *help_of(const struct parse *p)
{
	static char text[32];

	if (p->o->command == COMMAND_TRACE)
		return "skbtrace";
	snprintf(text, sizeof(text), "skbtrace %s", command_table[p->o->command].name);
	return text;
}

/* Options of the plan that are not built yet: they are not typing errors. */
static bool is_later(const char *name)
{
	static const char *const later[] = { "write", "read" };

	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (!strcmp(name, later[i]))
			return true;
	return false;
}

/* "trace, top and listen" */
static void list_commands(unsigned int commands, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (int c = 0; c < COMMANDS; c++)
		if (!command_table[c].name)
			commands &= ~(1U << c);
	for (int c = 0; commands && len < size; c++) {
		if (!(commands & 1U << c))
			continue;
		commands &= ~(1U << c);
		len += snprintf(text + len, size - len, "%s%s", command_table[c].name,
				!commands                   ? ""
				: commands & (commands - 1) ? ", "
							    : " and ");
	}
}

/* An option that the command does not take: whose it is. */
static int of_others(const struct parse *p, const struct option_spec *spec)
{
	unsigned int commands = 0;
	char text[80];

	for (size_t i = 0; i < TABLE_LEN; i++)
		if (option_table[i].name && strcmp(option_table[i].name, spec->name) == 0)
			commands |= option_table[i].commands;
	list_commands(commands, text, sizeof(text));
	return error_set(p->e, EXIT_USAGE, -EINVAL, "%s is for skbtrace %s, not for skbtrace %s",
			 option_name(spec).text, text, command_table[p->o->command].name);
}

/* The line of another command with this long name or, if it is the only one, its beginning. */
static const struct option_spec *long_of_others(const char *name)
{
	const struct option_spec *found = NULL;

	for (size_t i = 0; i < TABLE_LEN; i++) {
		const struct option_spec *spec = &option_table[i];

		if (!is_line_for(i, ALL) || strncmp(spec->name, name, strlen(name)) != 0)
			continue;
		if (strcmp(spec->name, name) == 0)
			return spec;
		if (found)
			return NULL;
		found = spec;
	}
	return found;
}

/* word: "--name" or "--name=value" that getopt_long() does not know, or knows several of. */
static int unknown_long(const struct parse *p, const char *word)
{
	unsigned int command = 1U << p->o->command;
	const struct option_spec *other;
	char name[64];
	struct nearest nearest;
	int prefixes = 0;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	nearest_init(&nearest, name);
	for (size_t i = 0; i < TABLE_LEN; i++) {
		if (!is_line_for(i, command))
			continue;
		nearest_offer(&nearest, option_table[i].name);
		prefixes += strncmp(option_table[i].name, name, strlen(name)) == 0;
	}
	if (prefixes > 1)
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "option --%s can mean several options; write it in full", name);
	if (is_later(name))
		return error_set(
			p->e, EXIT_USAGE, -EINVAL,
			"--%s is not part of this version of skbtrace; see skbtrace --help", name);
	other = long_of_others(name);
	if (other)
		return of_others(p, other);
	if (nearest_best(&nearest))
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "unknown option --%s; did you mean --%s?", name,
				 nearest_best(&nearest));
	return error_set(p->e, EXIT_USAGE, -EINVAL, "unknown option --%s; see %s --help", name,
			 help_of(p));
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

static int bad_letter(const struct parse *p, char letter)
{
	const struct option_spec *other = spec_of(letter, ALL);

	if (other)
		return of_others(p, other);
	if (strchr("wr", letter))
		return error_set(p->e, EXIT_USAGE, -EINVAL,
				 "-%c is not part of this version of skbtrace; see skbtrace --help",
				 letter);
	return error_set(p->e, EXIT_USAGE, -EINVAL, "unknown option -%c; see %s --help", letter,
			 help_of(p));
}

static int bad_option(const struct parse *p, int answer, const char *word)
{
	const struct option_spec *spec = optopt ? spec_of(optopt, 1U << p->o->command) : NULL;

	if (answer == ':')
		return error_set(p->e, EXIT_USAGE, -EINVAL, "%s needs a value: %s",
				 option_name(spec).text, spec->metavar);
	if (spec && strcmp(spec->name, "group") == 0)
		return group_with_hooks(p->e, strchr(word, '=') + 1);
	if (spec)
		return error_set(p->e, EXIT_USAGE, -EINVAL, "%s takes no value",
				 option_name(spec).text);
	return optopt ? bad_letter(p, (char)optopt) : unknown_long(p, word);
}

static int take_option(struct parse *p, const struct option_spec *spec, const char *value)
{
	bool *seen = &p->seen[spec - option_table];

	if (spec->once && *seen)
		return error_set(
			p->e, EXIT_USAGE, -EINVAL, "%s is given twice%s", option_name(spec).text,
			spec->set == set_host   ? ": use an expression, as in \"host A or host B\""
			: spec->set == set_port ? ": use an expression, as in \"port A or port B\""
						: ": give it once");
	*seen = true;
	return spec->set(p, spec, value);
}

/* glibc: start afresh, whatever was parsed before. */
static void reset_getopt(void)
{
	optind = 0;
	opterr = 0;
}

static int take_options(struct parse *p, int argc, char **argv)
{
	unsigned int command = 1U << p->o->command;
	struct getopt_tables t;
	int value, err = 0;

	fill_getopt_tables(&t, command, "");
	reset_getopt();
	while (!err && (value = getopt_long(argc, argv, t.letters, t.longs, NULL)) != -1) {
		if (value == '?' || value == ':')
			err = bad_option(p, value, argv[optind - 1]);
		else
			err = take_option(p, spec_of(value, command), optarg);
		if (!err && p->o->group && names_hooks(argv[optind]) &&
		    strcmp(argv[optind - 1], "--group") == 0)
			err = group_with_hooks(p->e, argv[optind]);
		if (p->o->action == ACTION_HELP)
			break;
	}
	return err;
}

/* The place of the first word that is no option nor the value of one; 0 = there is none, or it
 * stands behind "--", where every word belongs to the expression. */
static int first_word(int argc, char **argv)
{
	struct getopt_tables t;

	fill_getopt_tables(&t, ALL, "+");
	reset_getopt();
	while (getopt_long(argc, argv, t.letters, t.longs, NULL) != -1)
		;
	return optind >= argc || strcmp(argv[optind - 1], "--") == 0 ? 0 : optind;
}

/* The command comes before its options are read, as it says which there are. It is taken out of
 * argv. */
static int take_command(struct options *o, int *argc, char **argv, struct error *e)
{
	int at = first_word(*argc, argv);

	if (!at)
		return 0;
	for (size_t i = 0; i < sizeof(other_commands) / sizeof(other_commands[0]); i++) {
		if (strcmp(argv[at], other_commands[i]) == 0)
			return error_set(
				e, EXIT_USAGE, -EINVAL,
				"'%s' is not part of this version of skbtrace; see skbtrace --help",
				argv[at]);
	}
	for (int c = 0; c < COMMANDS; c++) {
		if (!command_table[c].name || strcmp(argv[at], command_table[c].name) != 0)
			continue;
		o->command = c;
		memmove(argv + at, argv + at + 1, (*argc - at) * sizeof(*argv));
		--*argc;
		break;
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

/* A list of functions. */
static int settle_probes(struct options *o, int words, struct error *e)
{
	if (words)
		return error_set(e, EXIT_USAGE, -EINVAL,
				 "skbtrace probes takes no expression; it traces nothing");
	o->all |= !o->groups && !o->route;
	return 0;
}

static int settle(struct parse *p, char **words, int *count)
{
	struct options *o = p->o;
	struct error *e = p->e;
	int err = check_functions(o, e);

	if (!err)
		err = settle_snaplen(o, e);
	if (!err && o->command == COMMAND_PROBES && o->action == ACTION_RUN)
		err = settle_probes(o, *count, e);
	if (!err && 1U << o->command & INTERVALS)
		err = take_interval_words(o, words, count, e);
	if (!err)
		err = settle_drops(p);
	if (!o->interval)
		o->interval = 1;
	o->want_ends = o->group || o->latency || o->min_latency_ns;
	return err;
}

int options_parse(int argc, char **argv, struct options *o, struct error *e)
{
	struct parse p = { .o = o, .e = e };
	char **words;
	int err, count;

	*o = (struct options){ .buffer_size = DEFAULT_BUFFER };
	err = take_command(o, &argc, argv, e);
	if (!err)
		err = take_options(&p, argc, argv);
	if (err || o->action == ACTION_HELP)
		return err;
	words = argv + optind;
	count = argc - optind;
	err = settle(&p, words, &count);
	return err ? err : expression_join(&p.expression, words, count, &o->expression, e);
}

void options_free(struct options *o)
{
	free(o->expression);
	o->expression = NULL;
}
