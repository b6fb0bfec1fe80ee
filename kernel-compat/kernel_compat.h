/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this kernel is: its symbols, its functions and where they keep their skb, the hook table
 * and which of its hooks exist here, the names of its drop reasons, what its BPF can do.
 * Everything is found by looking (symbols, BTF, trying), never by version number, and everything
 * can be pointed at files of another kernel (kallsyms or System.map, a directory of BTF files).
 *
 * Functions return 0 or a negative errno. Objects come from an _open/_new call and end with _free.
 */
#ifndef KERNEL_COMPAT_H
#define KERNEL_COMPAT_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- symbols: /proc/kallsyms, modules included, sorted by address ---- */

struct ksym {
	uint64_t addr;
	const char *name;
	const char *module; /* NULL = vmlinux */
};

struct ksyms;

/*
 * path NULL = /proc/kallsyms. -EPERM: every address reads 0 (kptr_restrict, no CAP_SYSLOG);
 * -ENODATA: no text symbol in the file; -EINVAL: a line that is not "address type name [module]".
 */
int ksyms_open(const char *path, struct ksyms **out);
void ksyms_free(struct ksyms *ks);

/*
 * The text symbol that covers addr, its distance in *offset (may be NULL). NULL: addr is below all
 * symbols, or too far above the last one before it to belong to it.
 */
const struct ksym *ksyms_at(const struct ksyms *ks, uint64_t addr, uint64_t *offset);

/*
 * Symbols named name, exactly: the one with the lowest address, and their number in *count (may be
 * NULL). Text symbols, and of the data only what this room asks for (__per_cpu_offset,
 * __preempt_count, pcpu_hot): the other data would double the memory.
 */
const struct ksym *ksyms_named(const struct ksyms *ks, const char *name, size_t *count);

/* Whether symbols of this module are there: it is loaded. */
bool ksyms_has_module(const struct ksyms *ks, const char *module);

/* ---- BTF of vmlinux and of the loaded modules ---- */

struct btf;
struct kernel_btf;

/*
 * dir NULL = /sys/kernel/btf. -ENOENT: no vmlinux file there. A module's BTF is parsed on first
 * use. It holds 6 to 8 MB: free it as soon as it is no longer needed.
 */
int kernel_btf_open(const char *dir, struct kernel_btf **out);
void kernel_btf_free(struct kernel_btf *kb);

/* The types of vmlinux; belongs to kb. */
const struct btf *kernel_btf_vmlinux(struct kernel_btf *kb);

/*
 * Writes to fd the types of vmlinux that the BPF object with this BTF names, as BTF that its CO-RE
 * relocations can be made with (btf_custom_path of libbpf).
 */
int kernel_btf_extract(struct kernel_btf *kb, const struct btf *wanted, int fd);

/*
 * Where a member is, in bits from the beginning of the struct: "nft_pktinfo.xt.state", through
 * structs and anonymous members. Looked for in the types of the module, and in vmlinux's, which
 * are asked alone if the module has none. -ENOENT: no such type or member.
 */
int kernel_btf_member(struct kernel_btf *kb, const char *module, const char *path);

/* Bytes of a struct of vmlinux, or -ENOENT. */
int kernel_btf_struct_size(struct kernel_btf *kb, const char *name);

/*
 * Whether this is a kernel from before BTF of modules (5.11), so that what was read in the source
 * of 5.10 can stand for it.
 */
bool kernel_btf_before_modules(struct kernel_btf *kb);

struct skb_arg {
	uint8_t index; /* 0 = first argument */
	bool indirect; /* the argument is a struct sk_buff ** */
	bool sock;     /* it is argument 1, and argument 0 a struct sock * */
};

/*
 * Where func of module (NULL = vmlinux) takes its skb; func is the symbol's name, suffix included.
 * -ENOENT: BTF does not know the function, or knows several that differ in this; -ENODATA: it takes
 * no skb; -ERANGE: not in a register argument; -ESTALE: module without BTF; -ENOTSUP: a variant
 * made by the compiler (.isra, .part, .cold, some .constprop) whose arguments BTF does not tell.
 */
int kernel_btf_skb_arg(struct kernel_btf *kb, const char *func, const char *module,
		       struct skb_arg *out);

/*
 * Type id of the function func of vmlinux, suffix included; 0 = BTF has none of this name, or
 * several.
 */
uint32_t kernel_btf_func_id(struct kernel_btf *kb, const char *func);

/* The type id by which a program of BPF_TRACE_RAW_TP names a tracepoint; 0 = not on this kernel. */
uint32_t kernel_btf_tracepoint_id(struct kernel_btf *kb, const char *tracepoint);

/* ---- the members of a struct of vmlinux, to show what it holds ---- */

enum member_format {
	MEMBER_UNSIGNED, /* also enums */
	MEMBER_SIGNED,
	MEMBER_NETWORK, /* __be16 and the like: in network byte order */
	MEMBER_POINTER,
	MEMBER_FUNCTION, /* a pointer to a function */
	MEMBER_BYTES,    /* an array of bytes */
};

struct kernel_member {
	uint32_t name;    /* from kernel_layout.names on: as C reaches it, "frags[0].len" */
	uint32_t bit;     /* where it begins, from the beginning of the struct */
	uint32_t bits;    /* its size, up to 64; of bytes, 8 times their number */
	uint32_t element; /* the first index in its name */
	uint8_t format;   /* enum member_format */
	bool alternative; /* lies in a union, and not in the first member of it */
};

/*
 * Every value in the struct, in order. Members of inner structs and arrays stand for them. A named
 * copy of an anonymous group of members (struct_group() in the kernel) is left out.
 */
struct kernel_layout {
	size_t size; /* of the struct, bytes */
	struct kernel_member *members;
	size_t count;
	char *names;
	size_t names_len;
};

/* -ENOENT: vmlinux has no such struct. The layout does not need kb any more. */
int kernel_layout_new(struct kernel_btf *kb, const char *name, struct kernel_layout **out);
void kernel_layout_free(struct kernel_layout *l);

/* ---- drop reasons, from the enums of this kernel (core and subsystems) ---- */

struct drop_reasons;

/* An empty table (not an error) where the kernel has no reasons. */
int drop_reasons_new(struct kernel_btf *kb, struct drop_reasons **out);
void drop_reasons_free(struct drop_reasons *dr);
/*
 * Name as the kernel prints it: without SKB_DROP_REASON_ for the core's ("NO_SOCKET"), whole for a
 * subsystem's ("OVS_DROP_METER"); NULL if there is none.
 */
const char *drop_reason_name(const struct drop_reasons *dr, uint32_t code);
/* Whether there is one of that name. */
bool drop_reasons_have(const struct drop_reasons *dr, const char *name);

/* ---- the hook table (hooks.def) ---- */

enum hook_group {
	HOOK_RX, /* driver to protocol handler */
	HOOK_TX, /* qdisc and driver hand-over */
	HOOK_BRIDGE,
	HOOK_IP,        /* IPv4 and IPv6 input, forward, output */
	HOOK_NETFILTER, /* table walks and hook verdicts */
	HOOK_L4,        /* TCP, UDP, ICMP receive and send */
	HOOK_NEIGH,
	HOOK_TUNNEL,
	HOOK_GROUPS,
};

struct hook {
	const char *name; /* on the newest kernel; events show the symbol of this one */
	enum hook_group group;
	bool route; /* belongs to --route: the way from device to device or socket */
	const char
		*others; /* other names on other kernels, space separated, best first; "" = none */
	const char *module; /* the module it may be in; "" = always in vmlinux */
	const char *proto;  /* where its skb is when the module has no BTF, see hooks.def */
	const char *note;   /* what passing here means, for people */
};

extern const struct hook hook_table[];
extern const size_t hook_table_len;

/* Name of a group as in --hooks, and the reverse (-ENOENT). */
const char *hook_group_name(enum hook_group g);
int hook_group_by_name(const char *name);

/* The kernel's own list of the functions that can be traced. */
struct traceable;

struct hook_choice {
	unsigned int groups;    /* bits 1 << enum hook_group; 0 = all */
	bool route;             /* hooks marked route, added to groups */
	const regex_t *func;    /* must match a whole name of the hook (name or others), or NULL */
	const regex_t *exclude; /* likewise; both compiled without REG_NOSUB */
	/*
	 * Not only the table: every function with an skb among its arguments. groups and route mean
	 * nothing then, func and exclude are matched against the symbol without compiler suffix.
	 */
	bool all;
	const char *const *modules;  /* all: of these, each a comma list; "vmlinux" = the core */
	size_t module_count;         /* 0 = of all */
	struct traceable *traceable; /* all: leave out what is not in it; NULL = not known */
};

/* A function that exists on this kernel and takes an skb. */
struct hook_target {
	const struct hook *hook; /* NULL: not from the table */
	const char *name;        /* what --func and -v call it: the hook's name, or the symbol */
	const char *symbol;      /* the name it has here */
	const char *module;      /* NULL = vmlinux */
	uint64_t addr;
	struct skb_arg skb;
	bool assumed;   /* no BTF for the module: its skb is where the table says */
	bool no_kprobe; /* on the blacklist of single kprobes: hook_plan_blacklist() */
};

struct hook_skip {
	const struct hook *hook; /* NULL: not from the table */
	const char *name;
	const char *module; /* NULL = vmlinux, or not known */
	uint64_t addr;      /* 0 = not known */
	bool has_skb;       /* skb is known */
	struct skb_arg skb;
	const char *why; /* static text: "not on this kernel", "takes no skb here", ... */
};

struct hook_plan {
	struct hook_target *targets; /* by address */
	size_t target_count, target_room;
	struct hook_skip *skips;
	size_t skip_count, skip_room;
	size_t blind_modules; /* all: without BTF; only the table's hooks of them are known */
};

/* Strings point into ks and hook_table, which must outlive the plan. */
int hook_plan_new(const struct ksyms *ks, struct kernel_btf *kb, const struct hook_choice *choice,
		  struct hook_plan **out);
void hook_plan_free(struct hook_plan *plan);

/* Moves target i to the skips, because attaching it failed. The later targets move up by one. */
int hook_plan_skip(struct hook_plan *plan, size_t i, const char *why);

/*
 * Marks the targets that take no single kprobe. path NULL = /sys/kernel/debug/kprobes/blacklist.
 * Fails with the errno of the file.
 */
int hook_plan_blacklist(struct hook_plan *plan, const char *path);

/*
 * Begins to read the list in a thread of its own: making it costs the kernel half a second. path
 * NULL = available_filter_functions of tracefs, wherever that is mounted. NULL: no memory.
 */
struct traceable *traceable_start(const char *path);
/* Waits for it. 0, or why it cannot be read. */
int traceable_wait(struct traceable *t);
void traceable_free(struct traceable *t);

/* ---- what the kernel can do ---- */

enum lockdown_mode { LOCKDOWN_NONE, LOCKDOWN_INTEGRITY, LOCKDOWN_CONFIDENTIALITY };

struct kernel_features {
	bool has_kprobe_pmu;   /* /sys/bus/event_source/devices/kprobe */
	bool has_kprobe_multi; /* proved by attaching a probe */
	bool has_fentry_multi; /* likewise; 7.3 has it */
	/* kfuncs, as type ids of vmlinux; 0 = not there */
	uint32_t preempt_disable, preempt_enable; /* 6.12 */
	uint32_t rdonly_cast;                     /* 6.2 */
	bool preempts_programs; /* those of tracepoints and fentry; 7.x, as has_fentry_multi tells
				 */
	bool has_ringbuf;       /* 5.8 */
	bool counts_memlock;    /* maps and programs count against RLIMIT_MEMLOCK (up to 5.10) */
	bool drop_has_reason;   /* skb:kfree_skb passes a reason (5.17, 5.15.58) */
	bool drop_has_socket;   /* and then the socket that was to get the packet (6.11) */
	bool has_direct_loads;  /* loads through bpf_rdonly_cast() verify (6.17); proved by loading
				 */
	bool headers_adjoin;    /* skb->protocol and the three offsets behind it are 8 bytes */
	enum lockdown_mode lockdown;
	/*
	 * Where a CPU keeps its preempt count: at per_cpu_offset[cpu] + preempt_count, both kernel
	 * addresses. x86: symbol __preempt_count up to 6.1 and from 6.14, inside pcpu_hot between.
	 * 0 = not found: the context of events is unknown.
	 */
	uint64_t per_cpu_offset;
	uint64_t preempt_count;
	/*
	 * Kernel variables that turn a struct page into an address (x86-64, arm64 has no such
	 * variables). 0 = not found: the page fragments of skbs cannot be read.
	 */
	uint64_t page_offset_base;
	uint64_t vmemmap_base;
};

/*
 * Needs privilege for what is proved by trying; what cannot be found out is false or 0. Without
 * functions no probe is attached to try it: has_kprobe_multi and has_fentry_multi stay false.
 */
void kernel_features_probe(struct kernel_btf *kb, const struct ksyms *ks, bool functions,
			   struct kernel_features *out);

/* BPF_TRACE_FENTRY_MULTI in 7.3's enum bpf_attach_type; our <linux/bpf.h> is older. */
#define FENTRY_MULTI ((enum bpf_attach_type)59)

/*
 * Attaches a program of BPF_PROG_TYPE_TRACING, loaded with this attach type and without
 * attach_btf_id, to functions of vmlinux. One bad id refuses the whole list, as does the same id
 * twice. Returns the link or a negative errno.
 */
int fentry_multi_link(int prog_fd, const uint32_t *ids, uint32_t count);

/*
 * Names of the capabilities that tracing needs and the caller lacks (CAP_PERFMON, CAP_BPF,
 * CAP_SYSLOG), written as "CAP_BPF, CAP_SYSLOG" to buf; returns their number. CAP_SYS_ADMIN stands
 * for the first two.
 */
int missing_capabilities(char *buf, size_t size);

#endif
