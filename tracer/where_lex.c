/* SPDX-License-Identifier: GPL-2.0-only */
/* --where: text -> tokens; also the messages of all parts. */
#include "where_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of texts that start alike, the longer one first. */
static const struct {
	const char *text;
	enum where_op op;
	int precedence;
	const char *hint; /* of OP_FOREIGN */
} operators[] = {
	{ "<<=", OP_FOREIGN, 0, "nothing can be assigned here" },
	{ ">>=", OP_FOREIGN, 0, "nothing can be assigned here" },
	{ "||", OP_OROR, 1, NULL },
	{ "&&", OP_ANDAND, 2, NULL },
	{ "->", OP_ARROW, 0, NULL },
	{ "==", OP_EQ, 6, NULL },
	{ "!=", OP_NE, 6, NULL },
	{ "<=", OP_LE, 7, NULL },
	{ ">=", OP_GE, 7, NULL },
	{ "<<", OP_SHL, 8, NULL },
	{ ">>", OP_SHR, 8, NULL },
	{ "|=", OP_FOREIGN, 0, "nothing can be assigned here" },
	{ "&=", OP_FOREIGN, 0, "nothing can be assigned here; to test bits, write &" },
	{ "=~", OP_FOREIGN, 0, "there are no patterns: compare with == or !=" },
	{ "|", OP_OR, 3, NULL },
	{ "^", OP_XOR, 4, NULL },
	{ "&", OP_AND, 5, NULL },
	{ "<", OP_LT, 7, NULL },
	{ ">", OP_GT, 7, NULL },
	{ "+", OP_ADD, 9, NULL },
	{ "-", OP_SUB, 9, NULL },
	{ "*", OP_MUL, 10, NULL },
	{ "/", OP_DIV, 10, NULL },
	{ "%", OP_MOD, 10, NULL },
	{ "!", OP_NOT, 0, NULL },
	{ "~", OP_INVERT, 0, NULL },
	{ ".", OP_DOT, 0, NULL },
	{ "(", OP_OPEN, 0, NULL },
	{ ")", OP_CLOSE, 0, NULL },
	{ "[", OP_OPEN_INDEX, 0, NULL },
	{ "]", OP_CLOSE_INDEX, 0, NULL },
	{ "=", OP_FOREIGN, 0, "to compare, write ==" },
	{ "?", OP_FOREIGN, 0, "there is no ?: here: write it with && and ||" },
	{ ":", OP_FOREIGN, 0, "there is no ?: here: write it with && and ||" },
	{ ",", OP_FOREIGN, 0, "join conditions with && or ||" },
	{ ";", OP_FOREIGN, 0, "this is one condition: join with && or ||" },
};

#define OPERATORS (sizeof(operators) / sizeof(operators[0]))

int where_fail(struct where_ctx *ctx, int err, int pos, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ctx->err->msg, sizeof(ctx->err->msg), fmt, ap);
	va_end(ap);
	ctx->err->pos = pos;
	return err;
}

void where_hint(struct where_ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ctx->err->hint, sizeof(ctx->err->hint), fmt, ap);
	va_end(ap);
}

void where_warn(struct where_ctx *ctx, int pos, const char *msg, const char *hint)
{
	if (ctx->warning.msg[0])
		return;
	snprintf(ctx->warning.msg, sizeof(ctx->warning.msg), "%s", msg);
	snprintf(ctx->warning.hint, sizeof(ctx->warning.hint), "%s", hint);
	ctx->warning.pos = pos;
}

int where_precedence(enum where_op op)
{
	for (size_t i = 0; i < OPERATORS; i++) {
		if (operators[i].op == op)
			return operators[i].precedence;
	}
	return 0;
}

const char *where_op_text(enum where_op op)
{
	for (size_t i = 0; i < OPERATORS; i++) {
		if (operators[i].op == op)
			return operators[i].text;
	}
	return "-"; /* OP_NEGATE */
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The u, l and ll that C allows after a number. Returns how many letters. */
static int suffix_length(const char *s, bool *is_u64)
{
	int u = 0, l = 0, len = 0;

	for (; s[len]; len++) {
		if (tolower((unsigned char)s[len]) == 'u')
			u++;
		else if (tolower((unsigned char)s[len]) == 'l')
			l++;
		else
			break;
	}
	if (u > 1 || l > 2)
		return 0;
	*is_u64 = u && l;
	return len;
}

static int lex_number(struct where_ctx *ctx, const char *s, struct where_token *t)
{
	char *end;

	t->kind = TOKEN_NUMBER;
	errno = 0;
	t->value = strtoull(s, &end, 0);
	if (errno == ERANGE)
		return where_fail(ctx, -EINVAL, t->pos, "the number does not fit in 64 bits");
	end += suffix_length(end, &t->is_u64);
	t->is_u64 |= t->value > INT64_MAX;
	if (is_name(*end)) {
		where_hint(ctx, "write 10, 0xa, 012 (octal: digits up to 7) or 'a'");
		return where_fail(ctx, -EINVAL, t->pos + (int)(end - s),
				  "'%c' does not belong in this number", *end);
	}
	t->len = (int)(end - s);
	return 0;
}

static int hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* One character of a literal at s, escaped or not. Returns its length, 0 = not known. */
static int lex_character(const char *s, unsigned char *c)
{
	static const char names[] = "ntr\\'\"0", values[] = "\n\t\r\\'\"";
	const char *name;

	if (*s != '\\') {
		*c = (unsigned char)*s;
		return 1;
	}
	if (s[1] == 'x' && hex_digit(s[2]) >= 0 && hex_digit(s[3]) >= 0) {
		*c = (unsigned char)(hex_digit(s[2]) << 4 | hex_digit(s[3]));
		return 4;
	}
	name = s[1] ? strchr(names, s[1]) : NULL;
	if (!name || (s[1] == '0' && isdigit((unsigned char)s[2])))
		return 0;
	*c = (unsigned char)values[name - names];
	return 2;
}

static int bad_escape(struct where_ctx *ctx, int pos)
{
	where_hint(ctx, "known are \\n \\t \\r \\0 \\\\ \\' \\\" and \\x with two hex digits");
	return where_fail(ctx, -EINVAL, pos, "unknown escape sequence");
}

/* A char constant has the value that C gives it where char is signed. */
static int lex_char_constant(struct where_ctx *ctx, const char *s, struct where_token *t)
{
	unsigned char c;
	int len;

	if (!s[1] || s[1] == '\'')
		return where_fail(ctx, -EINVAL, t->pos, "a character constant without character");
	len = lex_character(s + 1, &c);
	if (!len)
		return bad_escape(ctx, t->pos + 1);
	if (s[1 + len] != '\'') {
		where_hint(ctx, "a character is 'x'; a string is \"in double quotes\"");
		return where_fail(ctx, -EINVAL, t->pos, "the character constant does not end");
	}
	t->kind = TOKEN_NUMBER;
	t->value = (uint64_t)(int64_t)(signed char)c;
	t->len = len + 2;
	return 0;
}

static int lex_string(struct where_ctx *ctx, const char *s, struct where_token *t)
{
	unsigned char c;
	int at = 1, count = 0, len;

	for (; s[at] && s[at] != '"'; at += len) {
		len = lex_character(s + at, &c);
		if (!len)
			return bad_escape(ctx, t->pos + at);
		if (!c)
			return where_fail(ctx, -EINVAL, t->pos + at, "a string ends at its NUL");
		if (count == WHERE_STRING_MAX)
			return where_fail(ctx, -E2BIG, t->pos,
					  "the string is longer than %d characters",
					  WHERE_STRING_MAX);
		t->text[count++] = (char)c;
	}
	if (!s[at]) {
		where_hint(ctx, "the closing \" is missing");
		return where_fail(ctx, -EINVAL, t->pos, "the string does not end");
	}
	t->kind = TOKEN_STRING;
	t->len = at + 1;
	return 0;
}

static int lex_word(struct where_ctx *ctx, const char *s, struct where_token *t)
{
	int len = 0;

	while (is_name(s[len]))
		len++;
	if (len >= WHERE_NAME_SIZE)
		return where_fail(ctx, -E2BIG, t->pos, "the name is longer than %d characters",
				  WHERE_NAME_SIZE - 1);
	memcpy(t->text, s, (size_t)len);
	t->kind = TOKEN_WORD;
	t->len = len;
	return 0;
}

static int lex_operator(struct where_ctx *ctx, const char *s, struct where_token *t)
{
	for (size_t i = 0; i < OPERATORS; i++) {
		t->len = (int)strlen(operators[i].text);
		if (strncmp(s, operators[i].text, (size_t)t->len))
			continue;
		t->kind = TOKEN_OP;
		t->op = operators[i].op;
		if (t->op != OP_FOREIGN)
			return 0;
		where_hint(ctx, "%s", operators[i].hint);
		return where_fail(ctx, -EINVAL, t->pos, "'%s' is not known here",
				  operators[i].text);
	}
	if (isprint((unsigned char)*s))
		return where_fail(ctx, -EINVAL, t->pos, "'%c' is not known here", *s);
	return where_fail(ctx, -EINVAL, t->pos, "byte 0x%02x is not known here", (unsigned char)*s);
}

int where_next_token(struct where_ctx *ctx, int pos, struct where_token *t)
{
	const char *s;

	while (isspace((unsigned char)ctx->expr[pos]))
		pos++;
	*t = (struct where_token){ .pos = pos };
	s = ctx->expr + pos;
	if (!*s)
		return 0;
	if (isdigit((unsigned char)*s))
		return lex_number(ctx, s, t);
	if (*s == '\'')
		return lex_char_constant(ctx, s, t);
	if (*s == '"')
		return lex_string(ctx, s, t);
	return is_name(*s) ? lex_word(ctx, s, t) : lex_operator(ctx, s, t);
}
