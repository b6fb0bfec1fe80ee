/* SPDX-License-Identifier: GPL-2.0-only */
/* One message per failure: set by the layer that knows what to do about it, printed by main(). */
#ifndef TRACER_ERROR_H
#define TRACER_ERROR_H

enum exit_code {
	EXIT_OK = 0,
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,     /* bad option or bad filter */
	EXIT_PRIVILEGE = 3, /* the text names the capability */
	EXIT_KERNEL = 4,    /* this kernel cannot do it; the text says what is missing */
};

struct error {
	enum exit_code code;
	char text[1024]; /* one line, or a line and a caret line; no trailing newline */
};

/* Fills *e and returns err (a negative errno), so that callers can `return error_set(...)`. */
int error_set(struct error *e, enum exit_code code, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
