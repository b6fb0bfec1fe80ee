/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <bpf/bpf.h>

#include "attach_impl.h"

/*
 * The end of the kernel's struct bpf_link_info, which libbpf 1.1 does not have: 6.6 added what
 * stands before the counts, 6.7 the counts (e2b2cd592adb, 3acf8ace6823). An older kernel leaves
 * them as they are.
 */
union link_info {
	struct bpf_link_info known;
	struct {
		__u32 type, id, prog_id, pad;
		union {
			struct {
				__u64 addrs;
				__u32 count, flags;
				__u64 missed;
			} kprobe_multi;
			struct {
				__u32 type, pad;
				__u64 func_name;
				__u32 name_len, offset;
				__u64 addr, missed;
			} perf_event;
		};
	} now;
	char space[128]; /* the kernel fills no more than it is given */
};

uint64_t link_missed(int fd)
{
	union link_info info;
	__u32 size = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (bpf_obj_get_info_by_fd(fd, &info.known, &size))
		return 0;
	switch (info.known.type) {
	case BPF_LINK_TYPE_KPROBE_MULTI:
		return info.now.kprobe_multi.missed;
	case BPF_LINK_TYPE_PERF_EVENT:
		return info.now.perf_event.missed;
	default:
		return 0;
	}
}
