/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this directory share. Nothing here is for callers. */
#ifndef FILTERS_INTERNAL_H
#define FILTERS_INTERNAL_H

#include "skb_filter.h"

#define CBPF_MEMWORDS 16

/* Fills *err and returns code, so that callers can `return fail(...)`. hint may be NULL. */
int fail(struct skb_filter_err *err, int code, int pos, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* classic.c: refuses unknown opcodes, wild or backward jumps and programs that run off their end.
 */
int classic_check(const struct skb_cbpf *insns, uint32_t cnt, struct skb_filter_err *err);

/* What is known just before an instruction, over all paths that lead to it. */
struct range {
	uint32_t lo, hi;
};

struct flow {
	bool reached;
	uint32_t caplen; /* caplen is at least this */
	uint32_t unset;  /* bits of enum slot: not written on some path */
	struct range a, x, m[CBPF_MEMWORDS];
};

enum slot {
	SLOT_A = CBPF_MEMWORDS, /* 0..15 are the scratch words */
	SLOT_X,
};

struct analysis {
	struct flow *at; /* one per classic instruction */
	uint32_t zero;   /* bits of enum slot that may be read before they are written */
	uint32_t need;
	uint32_t uses;
};

/* One packet load: index range (mod 2^32) and size. */
struct load {
	bool indirect;
	uint32_t k;
	uint32_t size;
	struct range index;
};

/* Bytes at the start that no load may touch. */
static inline uint32_t hole_of(enum skb_filter_start start)
{
	return start == SKB_FILTER_L2 ? 0 : SKB_FILTER_HOLE;
}

/* analyse.c. hole = bytes at the start that no load may touch (hole_of()). */
int analyse(const struct skb_cbpf *insns, uint32_t cnt, uint32_t window, uint32_t hole,
	    struct analysis *out, struct skb_filter_err *err);
void analysis_free(struct analysis *a);

/* Describes the packet load of insn; false if it is not one. */
bool load_of(const struct skb_cbpf *insn, const struct flow *in, struct load *out);

/*
 * order.c: a malloc()ed array of a byte for each instruction: 2 or 4 for loads that leave A in
 * network order, and for comparisons, whose constants then have to be in_network_order() of that
 * size; else 0. Returns 0 or -ENOMEM.
 */
int network_order(const struct skb_cbpf *insns, uint32_t cnt, const struct analysis *a,
		  uint8_t **out);
uint32_t in_network_order(uint32_t k, uint8_t size);

/* translate.c: *out is malloc()ed. -EOPNOTSUPP: SKB_FILTER_IN_PLACE is not for this program. */
int translate(const struct skb_cbpf *insns, uint32_t cnt, uint32_t window,
	      enum skb_filter_start start, const struct analysis *a, struct bpf_insn **out,
	      uint32_t *out_cnt, struct skb_filter_err *err);

/* filter.c: adopts insns (malloc()ed) whatever it returns. */
int filter_new(struct skb_cbpf *insns, uint32_t cnt, const struct skb_filter_opts *opts,
	       struct skb_filter **out, struct skb_filter_err *err);
void filter_set_uses(struct skb_filter *f, uint32_t uses);

/*
 * libpcap.c: the only file that sees <pcap/pcap.h>, whose struct bpf_insn is not the kernel's.
 * Returns 0 with a malloc()ed program in *out, -EINVAL with libpcap's text in msg, or -ENOMEM.
 */
int libpcap_compile(const char *expr, bool optimise, struct skb_cbpf **out, uint32_t *cnt,
		    char *msg, size_t msg_size);

/*
 * The optimiser of libpcap 1.10 takes time cubic in the number of terms: 64 take 0.15 s, 256 take
 * 8 s. The code without it is four times as long and right. From PIECES_FROM_TERMS on, expressions
 * are cut.
 */
#define OPTIMISE_TERMS    64
#define PIECES_FROM_TERMS 32

/* words.c */
enum word_kind {
	WORD_OTHER, /* operator, bracket or a character libpcap does not know */
	WORD_OPEN,  /* ( */
	WORD_CLOSE, /* ) */
	WORD_NUMBER,
	WORD_ADDRESS, /* IPv4, IPv6 or MAC */
	WORD_KEYWORD,
	WORD_NAME, /* what libpcap would look up, or refuse */
};

struct word {
	int pos, len;
	enum word_kind kind;
};

/* Cuts expr as libpcap's scanner does. Returns 0 with a malloc()ed *out, or -ENOMEM. */
int words_split(const char *expr, struct word **out, int *cnt);
bool word_is(const char *expr, const struct word *w, const char *text);

/*
 * terms.c: the program of a large expression, made of pieces. Returns 0 with a malloc()ed *out,
 * -EOPNOTSUPP if the expression cannot be cut (or is wrong: libpcap says how), or -ENOMEM.
 */
int terms_compile(const char *expr, const struct word *w, int cnt, struct skb_cbpf **out,
		  uint32_t *out_cnt);

/* The filter keyword nearest to a mistyped word, or NULL. */
const char *words_nearest(const char *text, int len);

/* Refuses names that libpcap would ask the resolver for. */
int words_refuse_names(const char *expr, const struct word *w, int cnt, struct skb_filter_err *err);

/*
 * locate.c: the offset of the first word of expr that no continuation can bring as far as the goal,
 * when expr itself does not get there. If there is none: the end of expr for GOAL_PARSES, else -1.
 * -1 also if the search takes too long.
 */
enum goal {
	GOAL_PARSES,
	GOAL_COMPILES, /* libpcap makes a program of it */
	GOAL_WORKS,    /* the program can be run in the kernel */
};

int locate(const char *expr, const struct word *w, int cnt, enum goal goal, uint32_t window);

/* The offset of what stands in quotes in libpcap's message; -1 if it is not once in expr. */
int locate_quoted(const char *expr, const char *msg);

#endif
