/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that says where a call in an inlined function of it returns to, and in which lines. */
#include <stdio.h>

static int inner_line, outer_line;

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

int main(void)
{
	const void *at = outer();

	printf("%p %d %d\n", at, inner_line, outer_line);
	return 0;
}
