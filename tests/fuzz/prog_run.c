/* SPDX-License-Identifier: GPL-2.0-only */
#include "prog_run.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct prog_run_value {
	uint32_t next; /* index of the case that the next run takes */
	uint32_t unused;
	struct prog_run_case cases[PROG_RUN_BATCH];
};

int prog_run_open(struct prog_run *p)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);

	p->map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "cases", 4, sizeof(*p->value), 1, &opts);
	if (p->map < 0)
		return -errno;
	p->value = mmap(NULL, sizeof(*p->value), PROT_READ | PROT_WRITE, MAP_SHARED, p->map, 0);
	if (p->value != MAP_FAILED)
		return 0;
	close(p->map);
	return -errno;
}

void prog_run_close(struct prog_run *p)
{
	munmap(p->value, sizeof(*p->value));
	close(p->map);
}

struct prog_run_case *prog_run_cases(const struct prog_run *p)
{
	return p->value->cases;
}

#define INSN(c, d, s, o, i)                                                                        \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define FIELD(name)     ((int16_t)offsetof(struct prog_run_case, name))
#define LOAD(dst, name) INSN(BPF_LDX | BPF_MEM | BPF_W, dst, 6, FIELD(name), 0)
#define STORE(name)     INSN(BPF_STX | BPF_MEM | BPF_W, 6, 0, FIELD(name), 0)
#define HEAD            30 /* instructions in front of the L2 body */

/* What the bodies are called with and where the verdict goes; 6 instructions. */
#define CALL_BODY(size, third, to, name)                                                           \
	INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0),                                             \
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, FIELD(window)), LOAD(2, caplen),        \
		INSN(BPF_LDX | BPF_MEM | (size), 3, 6, FIELD(third), 0),                           \
		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, to), STORE(name)

/* Takes the case `next`, adds one to it, and calls the bodies, which follow. R6 = the case. */
static void build(const struct prog_run *p, const struct subject *s, struct bpf_insn *out)
{
	const int32_t l2_at = HEAD, l3_at = HEAD + (int32_t)s->l2_cnt;
	const int32_t in_place_at = s->in_place ? l3_at + (int32_t)s->l3_cnt : l3_at;
	const struct bpf_insn head[] = {
		INSN(BPF_LD | BPF_IMM | BPF_DW, 6, BPF_PSEUDO_MAP_VALUE, 0, p->map),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_LDX | BPF_MEM | BPF_W, 7, 6, 0, 0),
		INSN(BPF_ALU64 | BPF_AND | BPF_K, 7, 0, 0, PROG_RUN_BATCH - 1),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 7, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, 1),
		INSN(BPF_STX | BPF_MEM | BPF_W, 6, 1, 0, 0),
		INSN(BPF_ALU64 | BPF_MUL | BPF_K, 7, 0, 0, sizeof(struct prog_run_case)),
		INSN(BPF_ALU64 | BPF_ADD | BPF_X, 6, 7, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 6, 0, 0, offsetof(struct prog_run_value, cases)),
		CALL_BODY(BPF_W, wirelen, l2_at - 15, l2),
		CALL_BODY(BPF_W, wirelen, l3_at - 21, l3),
		CALL_BODY(BPF_DW, in_place_argument, in_place_at - 27, in_place),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	_Static_assert(sizeof(head) == HEAD * sizeof(head[0]), "HEAD");
	memcpy(out, head, sizeof(head));
	memcpy(out + l2_at, s->l2, s->l2_cnt * sizeof(*out));
	memcpy(out + l3_at, s->l3, s->l3_cnt * sizeof(*out));
	if (s->in_place)
		memcpy(out + in_place_at, s->in_place, s->in_place_cnt * sizeof(*out));
}

/* Once more, for the end of the verifier's log. */
static void explain(const struct bpf_insn *insns, uint32_t cnt)
{
	static char log[1 << 20];
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_buf = log, .log_size = sizeof(log),
		    .log_level = 1);
	size_t len;

	log[0] = '\0';
	bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "filter", "GPL", insns, cnt, &opts);
	len = strlen(log);
	printf("%s\n", len > 3000 ? log + len - 3000 : log);
}

static int load(const struct prog_run *p, const struct subject *s)
{
	uint32_t cnt = HEAD + s->l2_cnt + s->l3_cnt + s->in_place_cnt;
	struct bpf_insn *insns = malloc(cnt * sizeof(*insns));
	int fd;

	if (!insns)
		return -ENOMEM;
	build(p, s, insns);
	fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "filter", "GPL", insns, cnt, NULL);
	if (fd < 0) {
		fd = -errno;
		explain(insns, cnt);
	}
	free(insns);
	return fd;
}

int prog_run_batch(const struct prog_run *p, const struct subject *s)
{
	uint8_t data[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = sizeof(data),
		    .repeat = PROG_RUN_BATCH);
	int fd = load(p, s), err;

	if (fd < 0)
		return fd;
	p->value->next = 0;
	err = bpf_prog_test_run_opts(fd, &opts) ? -errno : 0;
	close(fd);
	return err;
}
