/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that says where calls in inlined functions of it return to, and in which lines. */
#include <stdio.h>

static int inner_line, outer_line, deep_line;

__attribute__((noinline)) static const void *mark(void)
{
	return __builtin_return_address(0);
}

static inline __attribute__((always_inline)) const void *inner(void)
{
	const void *at;

	inner_line = __LINE__ + 1;
	at = mark();
	__asm__ volatile("" : "+r"(at));
	return at;
}

__attribute__((noinline)) static const void *outer(void)
{
	const void *at;

	outer_line = __LINE__ + 1;
	at = inner();
	__asm__ volatile("" : "+r"(at));
	return at;
}

#define INLINED(name, next)                                                                        \
	static inline __attribute__((always_inline)) const void *name(void)                        \
	{                                                                                          \
		const void *at = next();                                                           \
                                                                                                   \
		__asm__ volatile("" : "+r"(at));                                                   \
		return at;                                                                         \
	}

/* More than source_lines.h has room for. */
INLINED(deep1, mark)
INLINED(deep2, deep1)
INLINED(deep3, deep2)
INLINED(deep4, deep3)
INLINED(deep5, deep4)
INLINED(deep6, deep5)
INLINED(deep7, deep6)
INLINED(deep8, deep7)
INLINED(deep9, deep8)

__attribute__((noinline)) static const void *deep(void)
{
	const void *at;

	deep_line = __LINE__ + 1;
	at = deep9();
	__asm__ volatile("" : "+r"(at));
	return at;
}

int main(void)
{
	const void *at = outer(), *deep_at = deep();

	printf("%p %d %d %p %d\n", at, inner_line, outer_line, deep_at, deep_line);
	return 0;
}
