/* SPDX-License-Identifier: GPL-2.0-only */
/* The only file that sees libpcap, whose struct bpf_insn clashes with the kernel's by name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define bpf_insn pcap_bpf_insn
#include <pcap/pcap.h>
#undef bpf_insn

#include "internal.h"

_Static_assert(sizeof(struct skb_cbpf) == sizeof(struct pcap_bpf_insn), "one layout");
_Static_assert(offsetof(struct skb_cbpf, k) == offsetof(struct pcap_bpf_insn, k), "one layout");

static int copy_program(const struct bpf_program *prog, struct skb_cbpf **out, uint32_t *cnt)
{
	size_t size = prog->bf_len * sizeof(**out);

	*out = malloc(size ? size : 1);
	if (!*out)
		return -ENOMEM;
	memcpy(*out, prog->bf_insns, size);
	*cnt = prog->bf_len;
	return 0;
}

int libpcap_compile(const char *expr, bool optimise, struct skb_cbpf **out, uint32_t *cnt,
		    char *msg, size_t msg_size)
{
	/* A snaplen of 0 would reject every packet. */
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SKB_FILTER_SNAPLEN);
	struct bpf_program prog;
	int ret;

	if (!pcap)
		return -ENOMEM;
	if (pcap_compile(pcap, &prog, expr, optimise, PCAP_NETMASK_UNKNOWN)) {
		snprintf(msg, msg_size, "%s", pcap_geterr(pcap));
		ret = -EINVAL;
	} else {
		ret = copy_program(&prog, out, cnt);
		pcap_freecode(&prog);
	}
	pcap_close(pcap);
	return ret;
}

int skb_filter_dump_classic(const struct skb_filter *f, FILE *out)
{
	const struct skb_cbpf *insns;
	struct pcap_bpf_insn insn;
	uint32_t cnt;

	insns = skb_filter_classic(f, &cnt);
	for (uint32_t i = 0; i < cnt; i++) {
		memcpy(&insn, &insns[i], sizeof(insn));
		if (fprintf(out, "%s\n", bpf_image(&insn, (int)i)) < 0)
			return -errno;
	}
	return 0;
}
