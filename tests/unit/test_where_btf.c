/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --where on BTF as kernels have it but clang does not write it: forward declarations beside
 * complete and double definitions, bit fields of old pahole, 64-bit and contradicting enumerators.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "ebpf_form.h"
#include "where.h"
#include "where_interp.h"

#define CNT(array) (sizeof(array) / sizeof((array)[0]))

/* The layout that make_btf() describes. */
struct objects {
	uint64_t sock;   /* byte 0: pointer to a forward declaration of struct sock */
	uint64_t both;   /* 8: pointer to a forward declaration of union both */
	uint64_t wide;   /* 16: unsigned 64-bit enum */
	int64_t narrow;  /* 24: signed 64-bit enum */
	uint32_t bits;   /* 32: old-style bit fields */
	int32_t state;   /* 36: enum with a negative enumerator, without kind_flag */
	uint32_t mode;   /* 40: enum */
	int32_t flagged; /* 44: enum without a negative enumerator, but signed by its kind_flag */
	unsigned char big[16];            /* 48: __int128 */
	uint32_t sock_first, sock_second; /* 64: where the pointers lead */
};

/* An int of `bits` bits that begin at bit `first`, as BTF had it before kind_flag. */
static int add_old_bit_field(struct btf *btf, const char *name, uint32_t bits, uint32_t first)
{
	int id = btf__add_int(btf, name, 4, 0);
	struct btf_type *t = (struct btf_type *)btf__type_by_id(btf, (uint32_t)id);

	*(uint32_t *)(t + 1) = first << 16 | bits;
	return id;
}

static void set_kind_flag(struct btf *btf, int id, bool flag)
{
	struct btf_type *t = (struct btf_type *)btf__type_by_id(btf, (uint32_t)id);

	t->info = (t->info & ~(1u << 31)) | (uint32_t)flag << 31;
}

static void add_enums(struct btf *btf, int ids[5])
{
	ids[0] = btf__add_enum64(btf, "wide", 8, false);
	btf__add_enum64_value(btf, "WIDE_TOP", 0xfedcba9876543210);
	btf__add_enum64_value(btf, "WIDE_LOW", 1);
	ids[1] = btf__add_enum64(btf, "narrow", 8, true);
	btf__add_enum64_value(btf, "NARROW_NEGATIVE", (uint64_t)-5000000000);
	ids[2] = btf__add_enum(btf, "state", 4);
	btf__add_enum_value(btf, "STATE_ERROR", -22);
	btf__add_enum_value(btf, "SHARED", 7);
	btf__add_enum_value(btf, "SAME", 3);
	set_kind_flag(btf, ids[2], false);
	ids[3] = btf__add_enum(btf, "mode", 4);
	btf__add_enum_value(btf, "SHARED", 8);
	btf__add_enum_value(btf, "SAME", 3);
	ids[4] = btf__add_enum(btf, "flagged", 4);
	btf__add_enum_value(btf, "FLAGGED", 1);
	set_kind_flag(btf, ids[4], true);
}

static void add_definitions(struct btf *btf, int u32)
{
	/* Two definitions of one name, as when two source files differ in it: the first counts. */
	btf__add_struct(btf, "sock", 8);
	btf__add_field(btf, "first", u32, 0, 0);
	btf__add_struct(btf, "sock", 8);
	btf__add_field(btf, "second", u32, 32, 0);
	btf__add_union(btf, "both", 8);
	btf__add_field(btf, "half", u32, 0, 0);
	/* A struct of the union's name must not be taken for it. */
	btf__add_struct(btf, "both", 8);
	btf__add_field(btf, "wrong", u32, 0, 0);
}

static struct btf *make_btf(void)
{
	struct btf *btf = btf__new_empty();
	int u32 = btf__add_int(btf, "unsigned int", 4, 0), ids[5];
	int huge = btf__add_int(btf, "__int128", 16, BTF_INT_SIGNED);
	int sock = btf__add_ptr(btf, btf__add_fwd(btf, "sock", BTF_FWD_STRUCT));
	int alias = btf__add_typedef(btf, "both_t", btf__add_fwd(btf, "both", BTF_FWD_UNION));
	int both = btf__add_ptr(btf, btf__add_const(btf, alias));
	int three = add_old_bit_field(btf, "three", 3, 2),
	    five = add_old_bit_field(btf, "five", 5, 13);

	add_enums(btf, ids);
	btf__add_struct(btf, "sk_buff", sizeof(struct objects));
	btf__add_field(btf, "sock", sock, 0, 0);
	btf__add_field(btf, "both", both, 64, 0);
	btf__add_field(btf, "wide", ids[0], 128, 0);
	btf__add_field(btf, "narrow", ids[1], 192, 0);
	btf__add_field(btf, "three", three, 256, 0); /* bits 258 to 260 */
	btf__add_field(btf, "five", five, 256, 0);   /* 269 to 273 */
	btf__add_field(btf, "state", ids[2], 288, 0);
	btf__add_field(btf, "mode", ids[3], 320, 0);
	btf__add_field(btf, "flagged", ids[4], 352, 0);
	btf__add_field(btf, "big", huge, 384, 0);
	add_definitions(btf, u32);
	return btf;
}

static bool matches(const struct btf *btf, const struct objects *objects, const char *expr)
{
	struct where_memory memory = { (const uint8_t *)objects, sizeof(*objects),
				       WHERE_KERNEL_ADDRESS };
	struct where_result result;
	const struct bpf_insn *insns;
	struct where_err err;
	struct where *w;
	uint32_t cnt;

	if (where_compile(expr, btf, &w, &err))
		fail_msg("%s: at %d: %s", expr, err.pos, err.msg);
	insns = where_body(w, &cnt);
	assert_null(ebpf_form(insns, cnt, true));
	where_interp_run(insns, cnt, WHERE_KERNEL_ADDRESS, &memory, &result);
	if (result.error)
		fail_msg("%s: %s", expr, result.error);
	where_free(w);
	return result.r0;
}

static void right_objects_are_read(void **state)
{
	static const char *const exprs[] = {
		"skb->sock->first == 11",
		"skb->both->half == 11",
		"skb->wide == WIDE_TOP && skb->wide > WIDE_LOW && skb->wide > 1",
		"skb->narrow == NARROW_NEGATIVE && skb->narrow < 0",
		"skb->three == 5 && skb->five == 19",
		"skb->state == STATE_ERROR && skb->state < 0",
		"skb->mode == SHARED && SHARED == skb->mode && SAME == 3",
		"skb->state != SHARED && skb->state >= STATE_ERROR",
		"skb->flagged < 0 && skb->flagged == -2",
		"WIDE_TOP > 1 && NARROW_NEGATIVE < 1",
	};
	struct objects objects = {
		.wide = 0xfedcba9876543210,
		.narrow = -5000000000,
		.bits = 5u << 2 | 19u << 13,
		.state = -22,
		.mode = 8,
		.flagged = -2,
		.sock_first = 11,
		.sock_second = 22,
	};
	struct btf *btf = make_btf();

	(void)state;
	objects.sock = objects.both = WHERE_KERNEL_ADDRESS + offsetof(struct objects, sock_first);
	for (size_t i = 0; i < CNT(exprs); i++) {
		if (!matches(btf, &objects, exprs[i]))
			fail_msg("%s: no match", exprs[i]);
	}
	btf__free(btf);
}

static void refused(const struct btf *btf, const char *expr, int expected, const char *msg)
{
	struct where_err err;
	struct where *w;

	if (where_compile(expr, btf, &w, &err) != expected || strcmp(err.msg, msg))
		fail_msg("%s: %s", expr, err.msg);
}

static void what_btf_cannot_tell_is_refused(void **state)
{
	struct btf *btf = make_btf(), *empty = btf__new_empty();

	(void)state;
	refused(btf, "skb->sock->second == 1", -EINVAL, "struct sock has no member \"second\"");
	refused(btf, "skb->both->wrong == 1", -EINVAL, "union both has no member \"wrong\"");
	refused(btf, "SHARED == 7", -EINVAL,
		"the kernel has several enumerators SHARED with different values");
	refused(btf, "skb->big == 1", -EOPNOTSUPP,
		"skb->big has a type without use here (__int128)");
	refused(empty, "skb->len", -EOPNOTSUPP, "the kernel's BTF has no struct sk_buff");
	btf__free(btf);
	btf__free(empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_objects_are_read),
		cmocka_unit_test(what_btf_cannot_tell_is_refused),
	};

	return cmocka_run_group_tests_name("--where: BTF", tests, NULL, NULL);
}
