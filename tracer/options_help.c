/* SPDX-License-Identifier: GPL-2.0-only */
/* --help, written from the option table. */
#include <stdio.h>
#include <string.h>

#include "option_table.h"

enum {
	HELP_COLUMN = 26, /* where the explanations begin */
	HELP_WIDTH = 79,
};

/* Prints text from the current column on, broken between words and indented. */
static void print_wrapped(const char *text, int column)
{
	while (*text) {
		int len = (int)strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + len > HELP_WIDTH) {
			printf("\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			putchar(' ');
			column++;
		}
		printf("%.*s", len, text);
		column += len;
		text += len + (text[len] == ' ');
	}
	putchar('\n');
}

static void print_option(const struct option_spec *spec)
{
	char left[64], letter[8] = "    ";
	int len;

	if (spec->letter)
		snprintf(letter, sizeof(letter), "-%c, ", spec->letter);
	len = snprintf(left, sizeof(left), "  %s--%s%s%s", letter, spec->name,
		       spec->metavar && *spec->metavar != '[' ? " " : "",
		       spec->metavar ? spec->metavar : "");
	if (len > HELP_COLUMN - 2)
		printf("%s\n%*s", left, HELP_COLUMN, "");
	else
		printf("%-*s", HELP_COLUMN, left);
	print_wrapped(spec->help, HELP_COLUMN);
}

static bool section_applies(size_t heading, enum command command)
{
	for (size_t i = heading + 1; i < option_table_len && !option_table[i].heading; i++)
		if (option_table[i].commands & 1U << command)
			return true;
	return false;
}

static void print_options(enum command command)
{
	for (size_t i = 0; i < option_table_len; i++) {
		if (option_table[i].heading && section_applies(i, command))
			printf("\n%s:\n", option_table[i].heading);
		else if (!option_table[i].heading && option_table[i].commands & 1U << command)
			print_option(&option_table[i]);
	}
}

static void print_commands(void)
{
	printf("Usage: skbtrace [trace] [options] [pcap expression]\n");
	for (int c = 0; c < COMMANDS; c++) {
		const struct command_spec *spec = &command_table[c];

		if (spec->name && *spec->summary)
			printf("       skbtrace %-8s [options] ...   %s\n", spec->name,
			       spec->summary);
	}
	printf("       skbtrace COMMAND --help   the options of such a command\n"
	       "\n"
	       "  skbtrace -H 1.1.1.1 --dropstack            where do packets of a host go?\n"
	       "  skbtrace -N router 'tcp port 443 and not net 10.0.0.0/8'\n");
}

void options_help(enum command command)
{
	const struct command_spec *spec = &command_table[command];

	printf("%s\n", spec->about);
	if (command == COMMAND_TRACE)
		print_commands();
	else
		printf("Usage: skbtrace %s [options]%s%s\n", spec->name,
		       *spec->arguments ? " " : "", spec->arguments);
	if (*spec->arguments)
		printf("\n"
		       "The expression is that of tcpdump (man pcap-filter); options may follow "
		       "it, "
		       "and\n"
		       "-- ends the options.\n");
	print_options(command);
	printf("\nExit status: 0 done, 1 failure while running, 2 bad option or expression,\n"
	       "3 missing privilege, 4 this kernel cannot do it.\n");
}
