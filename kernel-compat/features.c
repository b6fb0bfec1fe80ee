/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel can do and what the caller may do, found out by looking and trying. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "compat_internal.h"

/* Up to size - 1 bytes of a small file, terminated. Returns 0 or a negative errno. */
static int read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		n = -errno;
	else
		buf[n] = '\0';
	close(fd);
	return n < 0 ? n : 0;
}

/* A function that runs rarely: probes are tried on it, and let go of at once. */
static const char quiet_function[] = "skb_checksum_help";

static uint64_t address_of(const struct ksyms *ks, const char *name)
{
	const struct ksym *sym = ksyms_named(ks, name, NULL);

	return sym ? sym->addr : 0;
}

static int load_nothing(enum bpf_prog_type type, enum bpf_attach_type attach_type)
{
	static const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, load, .expected_attach_type = attach_type);

	return bpf_prog_load(type, "skbt_probe", "GPL", program,
			     sizeof(program) / sizeof(program[0]), &load);
}

/*
 * A kernel without CONFIG_FPROBE still loads a kprobe.multi program; only making the link fails. So
 * make one, by address: the kernel walks all of its symbols to find a name.
 */
static bool try_kprobe_multi(const struct ksyms *ks)
{
	const unsigned long address = address_of(ks, quiet_function);
	const __u64 cookie = 0; /* see make_link() in tracer/attach_multi.c */
	LIBBPF_OPTS(bpf_link_create_opts, link);
	int prog_fd, link_fd;

	if (!address)
		return false;
	prog_fd = load_nothing(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI);
	if (prog_fd < 0)
		return false;
	link.kprobe_multi.addrs = &address;
	link.kprobe_multi.cookies = &cookie;
	link.kprobe_multi.cnt = 1;
	link_fd = bpf_link_create(prog_fd, 0, BPF_TRACE_KPROBE_MULTI, &link);
	if (link_fd >= 0)
		close(link_fd);
	close(prog_fd);
	return link_fd >= 0;
}

int fentry_multi_link(int prog_fd, const uint32_t *ids, uint32_t count)
{
	/* The part of union bpf_attr that BPF_LINK_CREATE reads; <linux/bpf.h> here is older. */
	struct {
		uint32_t prog_fd, target_fd, attach_type, flags;
		uint64_t ids, cookies; /* addresses */
		uint32_t count, pad;
	} attr = {
		.prog_fd = prog_fd,
		.attach_type = FENTRY_MULTI,
		.ids = (uintptr_t)ids,
		.count = count,
	};
	long fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));

	return fd < 0 ? -errno : (int)fd;
}

static bool try_fentry_multi(struct kernel_btf *kb)
{
	uint32_t id = kernel_btf_func_id(kb, quiet_function);
	int prog_fd, link_fd;

	if (!id)
		return false;
	prog_fd = load_nothing(BPF_PROG_TYPE_TRACING, FENTRY_MULTI);
	if (prog_fd < 0)
		return false;
	link_fd = fentry_multi_link(prog_fd, &id, 1);
	if (link_fd >= 0)
		close(link_fd);
	close(prog_fd);
	return link_fd >= 0;
}

static bool has_helper(struct kernel_btf *kb, const char *name)
{
	uint64_t value;

	return kernel_btf_enumerator(kb, "bpf_func_id", name, &value) == 0;
}

/*
 * void (*btf_trace_kfree_skb)(void *, struct sk_buff *, void *location, enum skb_drop_reason,
 *			       const struct sock *rx_sk)
 */
static const struct btf_type *drop_argument(struct kernel_btf *kb, unsigned int argument)
{
	const struct btf *btf = kernel_btf_vmlinux(kb);
	uint32_t id = kernel_btf_find(kb, "btf_trace_kfree_skb", BTF_KIND_TYPEDEF);
	const struct btf_type *t = btf__type_by_id(btf, btf_strip(btf, id));

	if (!id || !t || !btf_is_ptr(t))
		return NULL;
	t = btf__type_by_id(btf, btf_strip(btf, t->type));
	if (!t || !btf_is_func_proto(t) || btf_vlen(t) <= argument)
		return NULL;
	return btf__type_by_id(btf, btf_strip(btf, btf_params(t)[argument].type));
}

static bool reason_is_passed(struct kernel_btf *kb)
{
	const struct btf_type *t = drop_argument(kb, 3);

	return t && btf_is_any_enum(t);
}

static bool socket_is_passed(struct kernel_btf *kb)
{
	const struct btf_type *t = drop_argument(kb, 4);

	return t && btf_is_ptr(t);
}

static uint64_t preempt_count_address(struct kernel_btf *kb, const struct ksyms *ks)
{
	const struct ksym *sym = ksyms_named(ks, "__preempt_count", NULL);
	int offset;

	if (sym)
		return sym->addr;
	/* 64701838bf05 (6.2) moved it into struct pcpu_hot, 6.15 out again. */
	sym = ksyms_named(ks, "pcpu_hot", NULL);
	offset = kernel_btf_offset(kb, "pcpu_hot", "preempt_count");
	return sym && offset >= 0 ? sym->addr + offset : 0;
}

#define INSN(c, d, s, o, i)                                                                        \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })

/*
 * Tries a load at a fixed place and one at a computed place, the two kinds a filter makes. The
 * kfunc is older (6.2) than the memory type that lets its result be added to (2d5c91e1cc14, 6.17).
 */
static bool try_direct_loads(struct kernel_btf *kb)
{
	int kfunc = kernel_btf_find(kb, "bpf_rdonly_cast", BTF_KIND_FUNC), fd;
	const struct bpf_insn insns[] = {
		INSN(BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_1, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0),
		INSN(BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_6, 0, 0, 255),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, 0),
		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, kfunc),
		INSN(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_1, BPF_REG_0, 12, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_0, BPF_REG_6, 0, 0),
		INSN(BPF_LDX | BPF_MEM | BPF_H, BPF_REG_1, BPF_REG_0, -2, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	if (!kfunc)
		return false;
	fd = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "try_direct", "GPL", insns,
			   sizeof(insns) / sizeof(insns[0]), NULL);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Four members of two bytes, one behind the other: the kernel side loads them at once. */
static bool skb_headers_adjoin(struct kernel_btf *kb)
{
	static const char *const row[] = { "protocol", "transport_header", "network_header",
					   "mac_header" };
	int first = kernel_btf_offset(kb, "sk_buff", row[0]);

	for (int i = 1; i < 4; i++) {
		if (first < 0 || kernel_btf_offset(kb, "sk_buff", row[i]) != first + 2 * i)
			return false;
	}
	return true;
}

enum lockdown_mode lockdown_parse(const char *text)
{
	if (strstr(text, "[confidentiality]"))
		return LOCKDOWN_CONFIDENTIALITY;
	return strstr(text, "[integrity]") ? LOCKDOWN_INTEGRITY : LOCKDOWN_NONE;
}

static enum lockdown_mode read_lockdown(void)
{
	char text[128];

	if (read_text("/sys/kernel/security/lockdown", text, sizeof(text)))
		return LOCKDOWN_NONE;
	return lockdown_parse(text);
}

void kernel_features_probe(struct kernel_btf *kb, const struct ksyms *ks, bool functions,
			   struct kernel_features *out)
{
	uint64_t value;

	*out = (struct kernel_features){
		.has_kprobe_pmu = access("/sys/bus/event_source/devices/kprobe/type", R_OK) == 0,
		.has_kprobe_multi = functions && try_kprobe_multi(ks),
		.has_fentry_multi = functions && try_fentry_multi(kb),
		.preempt_disable = kernel_btf_find(kb, "bpf_preempt_disable", BTF_KIND_FUNC),
		.preempt_enable = kernel_btf_find(kb, "bpf_preempt_enable", BTF_KIND_FUNC),
		.rdonly_cast = kernel_btf_find(kb, "bpf_rdonly_cast", BTF_KIND_FUNC),
		.preempts_programs = kernel_btf_enumerator(kb, "bpf_attach_type",
							   "BPF_TRACE_FENTRY_MULTI", &value) == 0,
		.has_ringbuf = has_helper(kb, "BPF_FUNC_ringbuf_reserve"),
		/* 5.11 brought this helper together with accounting by memory cgroup. */
		.counts_memlock = !has_helper(kb, "BPF_FUNC_ktime_get_coarse_ns"),
		.drop_has_reason = reason_is_passed(kb),
		.drop_has_socket = reason_is_passed(kb) && socket_is_passed(kb),
		.has_direct_loads = try_direct_loads(kb),
		.headers_adjoin = skb_headers_adjoin(kb),
		.lockdown = read_lockdown(),
		.per_cpu_offset = address_of(ks, "__per_cpu_offset"),
		.preempt_count = preempt_count_address(kb, ks),
		.page_offset_base = address_of(ks, "page_offset_base"),
		.vmemmap_base = address_of(ks, "vmemmap_base"),
	};
}

/*
 * A system administrator's capability covers BPF and PERFMON, as in the kernel; it does not show
 * the addresses of symbols. Numbers are written out: Debian's headers know them, older ones do not.
 */
static const struct {
	const char *name;
	int number;
	bool under_sys_admin;
} needed[] = {
	{ "CAP_BPF", 39, true },
	{ "CAP_PERFMON", 38, true },
	{ "CAP_SYSLOG", 34, false },
};

enum { CAP_SYS_ADMIN_NUMBER = 21 };

int capabilities_missing_from(uint64_t effective, char *buf, size_t size)
{
	bool admin = effective >> CAP_SYS_ADMIN_NUMBER & 1;
	size_t used = 0;
	int missing = 0;

	if (size)
		buf[0] = '\0';
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if ((effective >> needed[i].number & 1) || (admin && needed[i].under_sys_admin))
			continue;
		if (used < size)
			used += snprintf(buf + used, size - used, "%s%s", missing ? ", " : "",
					 needed[i].name);
		missing++;
	}
	return missing;
}

int missing_capabilities(char *buf, size_t size)
{
	char status[4096], *line;
	int err = read_text("/proc/self/status", status, sizeof(status));

	if (err)
		return err;
	line = strstr(status, "\nCapEff:");
	if (!line)
		return -EINVAL;
	return capabilities_missing_from(strtoull(line + strlen("\nCapEff:"), NULL, 16), buf, size);
}
