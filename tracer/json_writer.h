/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON (RFC 8259), written straight into a line buffer: no tree, no allocation. The caller keeps
 * the order right: a key before each value of an object, none in an array.
 */
#ifndef TRACER_JSON_WRITER_H
#define TRACER_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "linebuf.h"

struct json {
	struct linebuf *line;
	bool comma; /* the next key or array element needs one in front */
};

void json_begin_object(struct json *j);
void json_end_object(struct json *j);
void json_begin_array(struct json *j);
void json_end_array(struct json *j);

/* key must need no escaping. Inline, and so should be what hands a literal on to it: then the whole
 * key is a few stores. */
static inline void json_key(struct json *j, const char *key)
{
	size_t n = strlen(key);
	char *to = lb_room(j->line, n + 4);
	bool comma = j->comma;

	to[0] = ',';
	to += comma;
	to[0] = '"';
	memcpy(to + 1, key, n);
	memcpy(to + 1 + n, "\":", 2);
	lb_put(j->line, n + 3 + comma);
	j->comma = false; /* none between a key and its value */
}

void json_null(struct json *j);
void json_bool(struct json *j, bool value);
void json_u64(struct json *j, uint64_t value);
void json_i64(struct json *j, int64_t value);

/* Always valid JSON and safe on a terminal: control characters are escaped, bytes that are not
 * UTF-8 become U+FFFD. text NULL = null. */
void json_string(struct json *j, const char *text);
void json_string_n(struct json *j, const char *text, size_t len);

/* A string that begins here and ends at json_end_raw(): what is written to j->line between the two
 * must need no escaping. */
void json_begin_raw(struct json *j);
void json_end_raw(struct json *j);

#endif
