/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --where: a condition in C's syntax on kernel fields reached from `skb`, compiled to eBPF. Types,
 * offsets and bit fields come from the BTF of the running kernel, so the code fits that one only.
 *
 *	skb		   struct sk_buff *, the root of every field
 *	a->b, a.b	   as in C; members of anonymous structs and unions by name, and the
 *			   sk_... names that the kernel's sources use for members of __sk_common
 *	a[3]		   elements of arrays and of what a pointer points to; constant index
 *	1 0x1f 017 'c'	   integers; suffixes u and l; NULL, true, false
 *	NETREG_REGISTERED  enumerators of the kernel (names made by #define are not in BTF)
 *	"eth0"		   only with == and != and an array of char; up to 63 characters
 *	htons() ntohs() htonl() ntohl()	   __be16 and __be32 fields are compared as they are stored
 *	|| && | ^ & == != < <= > >= << >> + - * / %  ! ~ -  ( )	   with C's precedence
 *
 * Values. An integer is extended to 64 bits by its own signedness, and everything is computed in
 * 64 bits: for u32 fields `a - b` can be negative and `~a` has 64 bits. An operation is unsigned if
 * one of its operands is an unsigned 64-bit integer or a pointer, else signed; >> looks at its left
 * operand only. Comparisons, && || and ! give 0 or 1. Pointers are compared with each other, with
 *NULL and with addresses written as numbers; the difference of two pointers to bytes is a number.
 *
 * The whole condition, negated or not, is "no match" as soon as one of these happens:
 *	- a NULL pointer is followed, or memory on the way cannot be read
 *	- division or modulo by zero; a shift by less than 0 or more than 63
 * && and || do not look at their right side where the left one decides, as in C:
 * `skb->sk == NULL || skb->sk->sk_mark == 1` is meaningful. What of an operation without short
 * circuit is evaluated first does not matter: nothing has side effects.
 */
#ifndef TRACER_WHERE_H
#define TRACER_WHERE_H

#include <stdint.h>

#define WHERE_EXPR_MAX   4096 /* bytes of an expression */
#define WHERE_STRING_MAX 63   /* characters of a string literal */
#define WHERE_INSN_MAX   2000 /* instructions of a body */
#define WHERE_STACK      256  /* bytes of stack that a body may use */

struct bpf_insn;
struct btf;
struct where; /* opaque; owned by the caller, see where_free() */

/* Fields as in struct skb_filter_err; skb_filter_caret() draws the line with the '^'. */
struct where_err {
	char msg[256];  /* one line, no newline; what is wrong */
	char hint[256]; /* one line: what to do; "" = none */
	int pos;        /* byte offset in the expression of what is wrong; -1 = not known */
};

/*
 * Compiles expr into *out. vmlinux is the running kernel's BTF; it is not needed afterwards.
 * Returns 0, or a negative errno with *err filled (err may be NULL) and *out NULL:
 *	-EINVAL	    the expression is wrong
 *	-EOPNOTSUPP a right expression that cannot be compiled, or not with this BTF
 *	-E2BIG	    too long, too deeply nested, or too many instructions
 *	-ENOMEM
 */
int where_compile(const char *expr, const struct btf *vmlinux, struct where **out,
		  struct where_err *err);

/*
 * The body of `static __noinline __u32 where(struct sk_buff *skb)`; lives as long as w. *cnt gets
 * its number of instructions. R1 is the address of the struct sk_buff (a scalar is enough), R0 is
 * 1 for a match and 0 for none. It uses R0-R9 and up to WHERE_STACK bytes of stack, calls only
 * bpf_probe_read_kernel(), touches no map, never jumps back and ends in EXIT on every path.
 */
const struct bpf_insn *where_body(const struct where *w, uint32_t *cnt);

/*
 * What is legal but hardly meant, such as `a & 0xff == 3`; NULL = nothing to say. The first one
 * only. Lives as long as w.
 */
const struct where_err *where_warning(const struct where *w);

void where_free(struct where *w);

#endif
