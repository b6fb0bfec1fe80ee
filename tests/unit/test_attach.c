/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaching lists of functions, with a kernel made here: it refuses a list for one bad function. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>

#include "attach.h"
#include "kernel_compat.h"

enum { COUNT = 100, FIRST_ADDR = 0x7fff0000, FENTRY_FD = 1000, KPROBE_FD = 2000 };

static struct {
	uint64_t bad_addr[2];
	uint32_t bad_id;
	int always; /* an error for every call */
	int link;   /* links are copies of this descriptor; 0 = of nothing in particular */
	bool one_by_one;
	bool two_programs; /* for odd and for even addresses */
	unsigned int calls;
	unsigned int by_addr, by_id; /* functions attached */
	uint64_t numbers;            /* of all, from 1 on, added up */
	uint32_t link_type;          /* of every link, see bpf_obj_get_info_by_fd() */
	uint32_t old_info;           /* bytes of struct bpf_link_info of an older kernel; 0 = new */
} kernel;

static volatile sig_atomic_t stop;

static int link_of(uint64_t sum)
{
	kernel.numbers += sum;
	return kernel.link ? dup(kernel.link) : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Instead of libbpf's. */
int bpf_link_create(int prog_fd, int target_fd, enum bpf_attach_type type,
		    const struct bpf_link_create_opts *opts)
{
	uint64_t sum = 0;

	assert_true(prog_fd == KPROBE_FD || prog_fd == KPROBE_FD + 1);
	assert_int_equal(target_fd, 0);
	assert_int_equal(type, BPF_TRACE_KPROBE_MULTI);
	kernel.calls++;
	if (kernel.always)
		return kernel.always;
	if (kernel.one_by_one && opts->kprobe_multi.cnt > 1)
		return -ESRCH;
	for (uint32_t i = 0; i < opts->kprobe_multi.cnt; i++) {
		sum += opts->kprobe_multi.addrs[i] - FIRST_ADDR + 1;
		if (kernel.two_programs)
			assert_int_equal(prog_fd - KPROBE_FD, opts->kprobe_multi.addrs[i] & 1);
		if (opts->kprobe_multi.addrs[i] == kernel.bad_addr[0] ||
		    opts->kprobe_multi.addrs[i] == kernel.bad_addr[1])
			return -ESRCH;
	}
	kernel.by_addr += opts->kprobe_multi.cnt;
	return link_of(sum);
}

/* Instead of libbpf's: a link that missed 5 hits, in the kernel's layout of 6.7 to 7.3. */
int bpf_obj_get_info_by_fd(int fd, void *info, __u32 *len)
{
	uint8_t bytes[64];
	uint64_t missed = 5;

	assert_true(fd >= 0);
	memset(bytes, 0xee, sizeof(bytes));
	memcpy(bytes, &kernel.link_type, sizeof(kernel.link_type));
	memcpy(bytes + (kernel.link_type == BPF_LINK_TYPE_KPROBE_MULTI ? 32 : 48), &missed,
	       sizeof(missed));
	if (*len > sizeof(bytes))
		*len = sizeof(bytes);
	if (kernel.old_info && *len > kernel.old_info)
		*len = kernel.old_info;
	memcpy(info, bytes, *len);
	return 0;
}

/* Instead of kernel-compat's. */
int fentry_multi_link(int prog_fd, const uint32_t *ids, uint32_t count)
{
	uint64_t sum = 0;

	assert_int_equal(prog_fd, FENTRY_FD);
	for (uint32_t i = 0; i < count; i++) {
		assert_int_not_equal(ids[i], 0);
		sum += ids[i];
		if (ids[i] == kernel.bad_id)
			return -EINVAL;
	}
	kernel.by_id += count;
	return link_of(sum);
}

struct attachment_fixture {
	struct attach_request requests[COUNT];
	struct attachment *attachment;
};

static const struct attach_how how = { .stop = &stop };

static int setup(void **state)
{
	static struct attachment_fixture f;

	memset(&kernel, 0, sizeof(kernel));
	stop = 0;
	f.attachment = attachment_new();
	for (int i = 0; i < COUNT; i++)
		f.requests[i] = (struct attach_request){
			.addr = FIRST_ADDR + i,
			.btf_id = 1 + i,
			.program_fd = KPROBE_FD,
			.error = -ENOTSUP,
		};
	*state = &f;
	return f.attachment ? 0 : -1;
}

static int teardown(void **state)
{
	struct attachment_fixture *f = *state;

	attachment_free(f->attachment);
	while (wait(NULL) > 0)
		;
	return 0;
}

static void set_programs(struct attachment_fixture *f, int fd)
{
	for (int i = 0; i < COUNT; i++)
		f->requests[i].program_fd = fd;
}

static void a_bad_function_is_left_out(void **state)
{
	struct attachment_fixture *f = *state;

	kernel.bad_addr[0] = f->requests[17].addr;
	kernel.bad_addr[1] = f->requests[COUNT - 1].addr;
	assert_int_equal(attach(f->attachment, ATTACH_KPROBE_MULTI, f->requests, COUNT, &how), 0);
	assert_int_equal(kernel.by_addr, COUNT - 2);
	assert_int_equal(kernel.numbers, COUNT * (COUNT + 1) / 2 - 18 - COUNT);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(f->requests[i].error, i == 17 || i == COUNT - 1 ? -ESRCH : 0);
	assert_string_equal(attachment_names(f->attachment), "kprobe.multi");
}

static void links_tell_what_was_missed(void **state)
{
	struct attachment_fixture *f = *state;

	kernel.two_programs = true;
	for (int i = 0; i < COUNT; i++)
		f->requests[i].program_fd += f->requests[i].addr & 1;
	assert_int_equal(attachment_missed(f->attachment), 0);
	assert_int_equal(attach(f->attachment, ATTACH_KPROBE_MULTI, f->requests, COUNT, &how), 0);
	kernel.link_type = BPF_LINK_TYPE_KPROBE_MULTI;
	assert_int_equal(attachment_missed(f->attachment), 2 * 5);
	kernel.link_type = BPF_LINK_TYPE_PERF_EVENT;
	assert_int_equal(attachment_missed(f->attachment), 2 * 5);
	kernel.old_info = 32;
	assert_int_equal(attachment_missed(f->attachment), 0);
	kernel.link_type = BPF_LINK_TYPE_TRACING;
	assert_int_equal(attachment_missed(f->attachment), 0);
}

static void what_fentry_cannot_do_kprobe_does(void **state)
{
	struct attachment_fixture *f = *state;

	f->requests[3].btf_id = 0;
	kernel.bad_id = f->requests[50].btf_id;
	set_programs(f, FENTRY_FD);
	assert_int_equal(attach(f->attachment, ATTACH_FENTRY_MULTI, f->requests, COUNT, &how), 0);
	assert_int_equal(kernel.by_id, COUNT - 2);
	assert_int_equal(f->requests[3].error, -ENOTSUP);
	assert_int_equal(f->requests[50].error, -EINVAL);
	assert_string_equal(attachment_names(f->attachment), "fentry.multi");
	set_programs(f, KPROBE_FD);
	assert_int_equal(attach(f->attachment, ATTACH_KPROBE_MULTI, f->requests, COUNT, &how), 0);
	assert_int_equal(kernel.by_addr, 2);
	assert_int_equal(kernel.numbers, COUNT * (COUNT + 1) / 2);
	assert_string_equal(attachment_names(f->attachment), "fentry.multi + kprobe.multi");
}

static void aids_are_attached_but_not_named(void **state)
{
	struct attachment_fixture *f = *state;

	f->requests[3].btf_id = 0;
	f->requests[3].aid = true;
	set_programs(f, FENTRY_FD);
	assert_int_equal(attach(f->attachment, ATTACH_FENTRY_MULTI, f->requests, COUNT, &how), 0);
	set_programs(f, KPROBE_FD);
	assert_int_equal(attach(f->attachment, ATTACH_KPROBE_MULTI, f->requests, COUNT, &how), 0);
	assert_int_equal(kernel.by_addr, 1);
	assert_string_equal(attachment_names(f->attachment), "fentry.multi");
}

static void each_program_gets_its_own_functions(void **state)
{
	struct attachment_fixture *f = *state;

	kernel.two_programs = true;
	for (int i = 0; i < COUNT; i++)
		f->requests[i].program_fd = KPROBE_FD + (i & 1);
	assert_int_equal(attach(f->attachment, ATTACH_KPROBE_MULTI, f->requests, COUNT, &how), 0);
	assert_int_equal(kernel.calls, 2);
	assert_int_equal(kernel.by_addr, COUNT);
	assert_int_equal(kernel.numbers, COUNT * (COUNT + 1) / 2);
}

static void no_permission_is_asked_once(void **state)
{
	struct attachment_fixture *f = *state;

	kernel.always = -EPERM;
	assert_int_equal(attach(f->attachment, ATTACH_KPROBE_MULTI, f->requests, COUNT, &how),
			 -EPERM);
	assert_int_equal(kernel.calls, 1);
	assert_string_equal(attachment_names(f->attachment), "");
}

static void all_may_be_bad(void **state)
{
	struct attachment_fixture *f = *state;

	kernel.always = -ESRCH;
	assert_int_equal(attach(f->attachment, ATTACH_KPROBE_MULTI, f->requests, COUNT, &how), 0);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(f->requests[i].error, -ESRCH);
	assert_string_equal(attachment_names(f->attachment), "");
}

static void a_signal_ends_it(void **state)
{
	struct attachment_fixture *f = *state;

	stop = 1;
	assert_int_equal(attach(f->attachment, ATTACH_KPROBE_MULTI, f->requests, COUNT, &how),
			 -EINTR);
	assert_int_equal(kernel.calls, 0);
}

/* End of file comes when the last of them is closed. */
static void many_are_closed_by_a_child(void **state)
{
	struct attachment_fixture *f = *state;
	int ends[2], status;
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	kernel.link = ends[1];
	kernel.one_by_one = true;
	assert_int_equal(attach(f->attachment, ATTACH_KPROBE_MULTI, f->requests, COUNT, &how), 0);
	attachment_free(f->attachment);
	f->attachment = NULL;
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	assert_true(wait(&status) > 0);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_bad_function_is_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(links_tell_what_was_missed, setup, teardown),
		cmocka_unit_test_setup_teardown(what_fentry_cannot_do_kprobe_does, setup, teardown),
		cmocka_unit_test_setup_teardown(aids_are_attached_but_not_named, setup, teardown),
		cmocka_unit_test_setup_teardown(each_program_gets_its_own_functions, setup,
						teardown),
		cmocka_unit_test_setup_teardown(no_permission_is_asked_once, setup, teardown),
		cmocka_unit_test_setup_teardown(all_may_be_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(a_signal_ends_it, setup, teardown),
		cmocka_unit_test_setup_teardown(many_are_closed_by_a_child, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
