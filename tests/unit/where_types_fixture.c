/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel-like types for the tests of --where. Compiled for BPF with -g it gives their BTF; included
 * by the tests it gives the layout of the same types as the C compiler sees it.
 */
typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef volatile __u32 qualified_u32;

enum colour { RED, GREEN = 5, BLUE = 250 };
enum depth { DEEP = -3, SURFACE, HIGH = 2000000000 };

struct never_defined;

struct ns_common {
	int count;
	unsigned int inum;
};

struct net {
	__u64 cookie;
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	__u16 skc_family;
	volatile __u8 skc_state;
	__u8 skc_reuse : 4, skc_port : 1;
};

struct sock {
	__u32 sk_mark;
	struct sock_common __sk_common;
	__s64 sk_stamp;
	__u64 sk_limit;
	__u8 sk_padding : 1, sk_kern_sock : 1, sk_no_check : 2;
	__u16 sk_protocol;
};

struct net_device {
	char name[16];
	unsigned int mtu;
	int ifindex;
	short signed_short;
	enum colour colour;
	enum depth depth;
	enum colour reg_state : 8;
	possible_net_t nd_net;
	char *ifalias;
	struct never_defined *unknown;
	void *priv;
	int (*open)(struct net_device *dev);
	char label[63], unterminated[4];
	int matrix[3][4];
	struct {
		int in_named;
	} named;
	double floating;
	struct flexible *flexible;
};

struct flexible {
	int length;
	char bytes[];
};

/* Bit fields that begin and end anywhere, over 1 to 8 bytes. */
struct odd_bits {
	__u8 lead;
	__u64 a : 3, b : 13, c : 27, d : 1, e : 52, f : 33;
	__s64 g : 7, h : 18, i : 61;
	__s32 j : 1;
	__u64 k : 40;
} __attribute__((packed));

struct nine_bytes {
	__u64 before : 7, wide : 60, after : 5;
} __attribute__((packed));

/* The last object before memory that cannot be read. */
struct tail {
	__u32 pad;
	__u64 first : 5, last : 19;
} __attribute__((packed));

struct sk_buff {
	union {
		struct {
			struct sk_buff *next;
			struct sk_buff *prev;
			union {
				struct net_device *dev;
				unsigned long dev_scratch;
			};
		};
		__s64 as_signed;
	};
	const struct sock *sk;
	unsigned int len, data_len;
	__u8 pkt_type : 3, ignore_df : 1, cloned : 2;
	__s8 signed_char;
	__u16 queue;
	__s16 signed_short;
	__s32 signed_int : 13, : 4, signed_tail : 9;
	__be16 protocol;
	__be32 address;
	qualified_u32 mark;
	_Bool flag, flag_bit : 1;
	char cb[48];
	unsigned char *head, *data;
	__s64 tstamp;
	__u64 hash;
	struct odd_bits odd;
	struct nine_bytes nine;
	struct tail *tail;
	void (*destructor)(struct sk_buff *skb);
};

#ifdef __bpf__
/* Clang writes down completely only what is used by value. */
struct {
	struct sk_buff skb;
	struct net_device dev;
	struct net net;
	struct sock sk;
	struct tail tail;
	struct flexible flexible;
} fixture;
#endif
