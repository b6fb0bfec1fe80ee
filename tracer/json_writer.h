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

/* Members of an object; of what is not known the value is null. */
static inline void json_put_string(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_string(j, text);
}

static inline void json_put_u64(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	json_u64(j, value);
}

static inline void json_put_u64_or_null(struct json *j, const char *key, bool known, uint64_t value)
{
	json_key(j, key);
	if (known)
		json_u64(j, value);
	else
		json_null(j);
}

/* family 0: it is not known. */
static inline void json_put_address(struct json *j, const char *key, int family,
				    const uint8_t *addr)
{
	json_key(j, key);
	if (!family) {
		json_null(j);
		return;
	}
	json_begin_raw(j);
	lb_address(j->line, family, addr);
	json_end_raw(j);
}

/* Begins a line of schema 1 with what all of them have; ts in ns of the wall clock. */
static inline void json_begin_line(struct json *j, const char *type, uint64_t ts)
{
	json_begin_object(j);
	json_put_u64(j, "schema", 1);
	json_put_string(j, "type", type);
	json_put_u64(j, "ts", ts);
}

#endif
