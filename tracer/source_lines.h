/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From an address in the kernel to file and line, and to the functions that the compiler inlined
 * there, by the kernel's debug information where that is installed (libdw). Built without libdw,
 * nothing is ever found.
 */
#ifndef TRACER_SOURCE_LINES_H
#define TRACER_SOURCE_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "../kernel-compat/kernel_compat.h"

enum {
	SOURCE_FRAMES =
		8, /* of more functions inlined into each other the outer ones are left out */
	SOURCE_FUNCTION = 56,
	SOURCE_FILE = 104,
};

struct source_frame {
	char function[SOURCE_FUNCTION];
	char file[SOURCE_FILE]; /* from the top of the kernel's source on */
	unsigned int line; /* of the instruction, or where the frame before this one was inlined */
};

/* Innermost first: all but the last one are inlined. */
struct source_place {
	unsigned int count;
	struct source_frame frames[SOURCE_FRAMES];
};

struct source_lines;

/*
 * Of the running kernel, whose symbols must outlive it. Opens nothing before the first question,
 * and asks no server (debuginfod). NULL = no memory, or built without libdw; the other functions
 * take that.
 */
struct source_lines *source_lines_new(const struct ksyms *symbols);
void source_lines_free(struct source_lines *s);

/* For tests: of a file that is not relocated; notes: a file like /sys/kernel/notes with its build
 * ID, NULL = that is not looked at. */
struct source_lines *source_lines_of_file(const char *path, const char *notes);

/*
 * NULL = not known. return_address: it lies behind the call that is meant. Valid until the next
 * call. From one thread only. The first question opens the files, which takes half a second if they
 * are still on the disk and a tenth of that if not. The ring has room for what comes meanwhile,
 * 27,000 drops, and what does not fit is counted; so there is no thread for it.
 */
const struct source_place *source_lines_at(struct source_lines *s, uint64_t addr,
					   bool return_address);

#endif
