/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests of the command line: parse("top", "-p", "1") and what came of it. */
#ifndef TESTS_PARSE_OPTIONS_H
#define TESTS_PARSE_OPTIONS_H

#include <stddef.h>

#include "../../tracer/options.h"

static struct options o;
static struct error e;

static int parse_array(char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	options_free(&o);
	e = (struct error){ 0 };
	return options_parse(argc, argv, &o, &e);
}

#define parse(...) parse_array((char *[]){ "skbtrace", __VA_ARGS__, NULL })

#endif
