/* SPDX-License-Identifier: GPL-2.0-only */
#include "json_writer.h"

static void before_value(struct json *j)
{
	if (j->comma)
		lb_char(j->line, ',');
	j->comma = true;
}

void json_begin_object(struct json *j)
{
	before_value(j);
	lb_char(j->line, '{');
	j->comma = false;
}

void json_end_object(struct json *j)
{
	lb_char(j->line, '}');
	j->comma = true;
}

void json_begin_array(struct json *j)
{
	before_value(j);
	lb_char(j->line, '[');
	j->comma = false;
}

void json_end_array(struct json *j)
{
	lb_char(j->line, ']');
	j->comma = true;
}

void json_null(struct json *j)
{
	before_value(j);
	lb_bytes(j->line, "null", 4);
}

void json_bool(struct json *j, bool value)
{
	before_value(j);
	lb_text(j->line, value ? "true" : "false");
}

void json_u64(struct json *j, uint64_t value)
{
	before_value(j);
	lb_u64(j->line, value);
}

void json_i64(struct json *j, int64_t value)
{
	before_value(j);
	lb_i64(j->line, value);
}

static bool is_continuation(uint8_t c)
{
	return (c & 0xc0) == 0x80;
}

/*
 * Length of the well-formed UTF-8 sequence at s, 0 if there is none: RFC 3629 section 4, which
 * excludes overlong forms, surrogates and what is beyond U+10FFFF.
 */
static size_t utf8_length(const uint8_t *s, size_t left)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	if (len == 0 || s[0] > 0xf4 || len > left)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (!is_continuation(s[i]))
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static void escape_code(struct linebuf *line, uint8_t code)
{
	static const char hex[] = "0123456789abcdef";
	char text[] = { '\\', 'u', '0', '0', hex[code >> 4], hex[code & 15] };

	lb_bytes(line, text, sizeof(text));
}

/* One character of a string; returns how many bytes of s it took. */
static size_t put_character(struct linebuf *line, const uint8_t *s, size_t left)
{
	size_t len = utf8_length(s, left);

	if (len == 0) {
		lb_text(line, "\\ufffd");
		return 1;
	}
	if (s[0] == '"' || s[0] == '\\') {
		lb_char(line, '\\');
		lb_char(line, s[0]);
	} else if (s[0] < 0x20 || s[0] == 0x7f) {
		escape_code(line, s[0]);
	} else if (s[0] == 0xc2 && s[1] < 0xa0) {
		escape_code(line, s[1]); /* C1: some terminals take U+009B for ESC [ */
	} else {
		lb_bytes(line, s, len);
	}
	return len;
}

/* What stands in a string as it is: ASCII without controls, quote and backslash. */
static const bool plain[256] = {
	[' ' ... '"' - 1] = true,
	['"' + 1 ... '\\' - 1] = true,
	['\\' + 1 ... '~'] = true,
};

void json_string_n(struct json *j, const char *text, size_t len)
{
	const uint8_t *s = (const uint8_t *)text, *end;

	if (!text) {
		json_null(j);
		return;
	}
	end = s + len;
	json_begin_raw(j);
	while (s < end) {
		const uint8_t *start = s;

		while (s < end && plain[*s])
			s++;
		lb_bytes(j->line, start, s - start);
		if (s < end)
			s += put_character(j->line, s, end - s);
	}
	json_end_raw(j);
}

void json_string(struct json *j, const char *text)
{
	json_string_n(j, text, text ? strlen(text) : 0);
}

void json_begin_raw(struct json *j)
{
	before_value(j);
	lb_char(j->line, '"');
}

void json_end_raw(struct json *j)
{
	lb_char(j->line, '"');
}
