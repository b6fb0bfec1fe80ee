/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcap filter expression -> classic BPF (by libpcap) -> eBPF body, and a reference interpreter.
 *
 * The eBPF body is a pure function
 *
 *	u32 verdict(const u8 *window, u32 caplen, u32 wirelen)		0 = no match
 *
 * with the arguments in R1, R2, R3 and the verdict in R0. It clobbers R0-R5 and nothing else, uses
 * at most SKB_FILTER_STACK bytes of stack, calls nothing, touches no map, never jumps back and
 * ends in EXIT on every path. What the caller guarantees:
 *
 *	window	   points to a frame that starts with its Ethernet header, in memory of which the
 *		   verifier knows that at least window_max bytes are readable (a map value, or
 *		   rdonly memory); bytes from caplen on may hold anything
 *	caplen	   valid bytes in the window; skb_filter_need() bytes are enough
 *	wirelen	   bytes of the whole frame; this is what `len`, `greater` and `less` see
 *
 * There are two bodies. SKB_FILTER_L2 is for skbs that have an Ethernet header. SKB_FILTER_L3 is
 * for skbs that have none: the caller lays out 12 unknown bytes, then the EtherType, then the
 * network header at byte 14, and every load that touches bytes 0..11 means "no match".
 *
 * Most programs have a third one, SKB_FILTER_IN_PLACE. It says what the L3 body says, but reads
 * nothing in front of the network header: the upper half of R3 has the bytes 12 to 15 as a 32-bit
 * load would leave them, so that the EtherType need not be in memory. R1 is 14 bytes before the
 * network header, and the upper half of R2 is 0. It is for memory where loads are dear.
 *
 * Where classic BPF implementations disagree, these are the rules (sources: net/core/filter.c of
 * Linux, bpf_filter.c of libpcap 1.10.3):
 *
 *	load past caplen, division or modulo by a zero X	no match (all agree)
 *	indirect load, X + k wraps around 32 bits		index (u32)(X + k), as the kernel;
 *								libpcap says no match
 *	A << X, A >> X with X > 31				0, as libpcap; the kernel masks X
 *	scratch memory, A or X read before written		0, as libpcap
 *	load at a negative constant offset			refused at compile time
 */
#ifndef SKB_FILTER_H
#define SKB_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SKB_FILTER_WINDOW_MAX 256    /* largest window, and the default */
#define SKB_FILTER_SNAPLEN    262144 /* what a matching libpcap program returns */
#define SKB_FILTER_CBPF_MAX   32768  /* classic instructions; the kernel takes 4096 of them */
#define SKB_FILTER_STACK      64     /* bytes: the 16 scratch words of classic BPF */
#define SKB_FILTER_HOLE       12     /* bytes without content in front of an L3 start */
#define SKB_FILTER_JOIN_MAX   16     /* filters that skb_filter_join() takes */

/* A classic instruction: same layout as struct sock_filter and as libpcap's struct bpf_insn. */
struct skb_cbpf {
	uint16_t code;
	uint8_t jt;
	uint8_t jf;
	uint32_t k;
};

struct bpf_insn; /* the eBPF one of <linux/bpf.h>; <pcap/bpf.h> has another of the same name */

struct skb_filter; /* opaque; owned by the caller, see skb_filter_free() */

enum skb_filter_start {
	SKB_FILTER_L2,
	SKB_FILTER_L3,
	SKB_FILTER_IN_PLACE,
	SKB_FILTER_STARTS,
};

/* What a program looks at; bits of skb_filter_uses(). */
enum skb_filter_use {
	SKB_FILTER_USES_MACADDR = 1 << 0, /* bytes 0..11: never matches where no MAC header is */
	SKB_FILTER_USES_VLAN = 1 << 1, /* the expression says `vlan`: put the tag in the window */
	SKB_FILTER_USES_LEN = 1 << 2,  /* wirelen matters */
	SKB_FILTER_USES_INDIRECT = 1 << 3, /* loads at computed offsets: past caplen = no match */
};

struct skb_filter_opts {
	uint32_t window_max; /* bytes, 14..SKB_FILTER_WINDOW_MAX; 0 = SKB_FILTER_WINDOW_MAX */
};

struct skb_filter_err {
	char msg[256];  /* one line, no newline; what is wrong */
	char hint[256]; /* one line: what to do; "" = none */
	int pos;        /* byte offset in the expression of what is wrong; -1 = not known */
};

/*
 * Compiles a pcap expression (pcap-filter(7), Ethernet link type, netmask unknown) into *out.
 * NULL, "" and blanks match every frame. opts NULL = defaults. Works offline: host and network
 * names are refused, not looked up; service, protocol and /etc/ethers names work.
 *
 * Returns 0, or a negative errno with *err filled and *out NULL:
 *	-EINVAL	    the expression is wrong
 *	-EOPNOTSUPP a right expression that cannot be run in the kernel this way
 *	-E2BIG	    too complex
 *	-ENOMEM
 */
int skb_filter_compile(const char *expr, const struct skb_filter_opts *opts,
		       struct skb_filter **out, struct skb_filter_err *err);

/* The same from a classic program; USES_VLAN is never set. Returns as skb_filter_compile(). */
int skb_filter_from_cbpf(const struct skb_cbpf *insns, uint32_t cnt,
			 const struct skb_filter_opts *opts, struct skb_filter **out,
			 struct skb_filter_err *err);

void skb_filter_free(struct skb_filter *f);

/*
 * The eBPF body for one start; lives as long as f. *cnt gets its number of instructions. NULL and 0
 * if there is none: of SKB_FILTER_IN_PLACE, where bytes 12 or 13 are read with others than 14 and
 * 15, or at an offset that is not known.
 */
const struct bpf_insn *skb_filter_body(const struct skb_filter *f, enum skb_filter_start start,
				       uint32_t *cnt);

/*
 * One body, as above but that it also uses R6 to R9, of several filters' bodies for one start: bit
 * i of its verdict says whether filter i matches. To the verifier caplen has to be any number, as
 * when it is loaded from a map: it would follow each combination of matches otherwise. *out is
 * malloc()ed. Returns 0 or a negative errno:
 *	-EINVAL	one of the filters has no such body
 *	-E2BIG	more than SKB_FILTER_JOIN_MAX, or one is too long to be jumped over
 *	-ENOMEM
 */
int skb_filter_join(const struct skb_filter *const *filters, size_t count,
		    enum skb_filter_start start, struct bpf_insn **out, uint32_t *cnt);

/* The classic program behind both bodies; lives as long as f. */
const struct skb_cbpf *skb_filter_classic(const struct skb_filter *f, uint32_t *cnt);

/* Bytes from the start of the window that the program can touch: 0..window_max. */
uint32_t skb_filter_need(const struct skb_filter *f);

/* Bits of enum skb_filter_use. */
uint32_t skb_filter_uses(const struct skb_filter *f);

/* True if both bodies are the same: the L2 body then does for an L3 start as well. */
bool skb_filter_one_body(const struct skb_filter *f);

/* True if every frame matches without a look at it: the caller need not splice anything. */
bool skb_filter_matches_all(const struct skb_filter *f);

/*
 * Runs a classic program by the rules above. insns must have been accepted by
 * skb_filter_from_cbpf(). pkt has caplen readable bytes. Returns the verdict, 0 = no match.
 */
uint32_t skb_filter_run_classic(const struct skb_cbpf *insns, uint32_t cnt, const uint8_t *pkt,
				uint32_t caplen, uint32_t wirelen);

/* Prints the classic program as `tcpdump -d` does. Returns 0 or a negative errno of the stream. */
int skb_filter_dump_classic(const struct skb_filter *f, FILE *out);

/*
 * Prints the eBPF body for one start, an instruction a line, in the form of the verifier's log. A
 * jump is counted from the next line. Returns 0 or a negative errno of the stream.
 */
int skb_filter_dump_ebpf(const struct skb_filter *f, enum skb_filter_start start, FILE *out);

/*
 * Writes two lines, joined by a newline and without one at the end: the part of expr around pos,
 * and a '^' under pos. Writes "" for pos < 0. Control characters show as blanks.
 */
void skb_filter_caret(const char *expr, int pos, char *buf, size_t size);

#endif
