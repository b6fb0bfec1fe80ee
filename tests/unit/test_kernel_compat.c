/* SPDX-License-Identifier: GPL-2.0-only */
/* BTF: where functions take their skb, drop reasons, features; and privilege. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unistd.h>

#include "compat_internal.h"
#include "kernel_fixture.h"

static struct kernel_fixture f;

static int setup(void **state)
{
	(void)state;
	fixture_open(&f);
	fixture_modules(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_close(&f);
	return 0;
}

static void expect_arg(const char *func, const char *module, int index, bool indirect)
{
	struct skb_arg arg = { .index = 99 };

	assert_int_equal(kernel_btf_skb_arg(f.kb, func, module, &arg), 0);
	assert_int_equal(arg.index, index);
	assert_int_equal(arg.indirect, indirect);
}

static bool has_sock(const char *func)
{
	struct skb_arg arg;

	assert_int_equal(kernel_btf_skb_arg(f.kb, func, NULL, &arg), 0);
	return arg.sock;
}

static void a_socket_before_the_skb_is_seen(void **state)
{
	(void)state;
	expect_arg("tcp_v4_do_rcv", NULL, 1, false);
	assert_true(has_sock("tcp_v4_do_rcv"));
	assert_false(has_sock("ip_rcv"));
	assert_false(has_sock("napi_gro_receive"));
	assert_false(has_sock("ip_finish_output")); /* not the first argument */
	assert_false(has_sock("takes_sock_first")); /* the skb is not the second */
}

static void expect_error(const char *func, const char *module, int err)
{
	struct skb_arg arg;

	assert_int_equal(kernel_btf_skb_arg(f.kb, func, module, &arg), err);
}

static void skb_arguments_are_found(void **state)
{
	(void)state;
	expect_arg("ip_rcv", NULL, 0, false);
	expect_arg("ip_finish_output", NULL, 2, false);
	expect_arg("takes_const", NULL, 1, false);
	expect_arg("napi_gro_receive", NULL, 1, false);
	expect_arg("__netif_receive_skb_core", NULL, 0, true);
	expect_arg("takes_list_and_skb", NULL, 1, false);
}

static void absent_arguments_are_told_apart(void **state)
{
	(void)state;
	expect_error("ip_output", NULL, -ENODATA);
	expect_error("no_such_function", NULL, -ENOENT);
	expect_error("ip_rc", NULL, -ENOENT);
	expect_error("ip_rcv", "bridge", -ESTALE);
	expect_error("ip_rcv", "openvswitch", -ENOENT);
}

static void only_registers_count(void **state)
{
	(void)state;
	expect_arg("sixth", "openvswitch", 5, false);
	expect_error("seventh", "openvswitch", -ERANGE);
	expect_arg("takes_small_struct", NULL, 1, false);
	expect_error("takes_big_struct", NULL, -ERANGE);
	expect_arg("takes_big_struct_after", NULL, 0, false);
}

static void functions_of_one_name_must_agree(void **state)
{
	(void)state;
	expect_error("differs", "openvswitch", -ENOENT);
	expect_arg("agrees", "openvswitch", 1, false);
}

static void compiled_variants_are_judged(void **state)
{
	(void)state;
	expect_arg("__netif_receive_skb_core.constprop.0", NULL, 0, true);
	expect_arg("ip_finish_output.llvm.1234", NULL, 2, false);
	expect_error("ip_finish_output.constprop.0", NULL, -ENOTSUP);
	expect_error("ip_rcv.isra.0", NULL, -ENOTSUP);
	expect_error("ip_rcv.constprop.0.isra.0", NULL, -ENOTSUP);
	expect_error("ip_rcv.part.0", NULL, -ENOTSUP);
	expect_error("ip_rcv.cold", NULL, -ENOTSUP);
}

static void expect_table(const char *proto, int index, bool indirect)
{
	struct skb_arg arg = { .index = 99 };

	assert_int_equal(table_skb_arg(f.kb, proto, &arg), 0);
	assert_int_equal(arg.index, index);
	assert_int_equal(arg.indirect, indirect);
}

static void table_positions_come_from_types(void **state)
{
	struct skb_arg arg;

	(void)state;
	expect_table("nf_hookfn", 1, false);
	expect_table("rx_handler_func_t", 0, true);
	expect_table("nf_hook_state.okfn", 2, false);
	expect_table("net_device_ops.ndo_start_xmit", 0, false);
	expect_table("3", 3, false);
	assert_int_equal(table_skb_arg(f.kb, "", &arg), -ENOENT);
	assert_int_equal(table_skb_arg(f.kb, "no_such_type", &arg), -ENOENT);
	assert_int_equal(table_skb_arg(f.kb, "no_such.member", &arg), -ENOENT);
	assert_int_equal(table_skb_arg(f.kb, "net_device_ops.no_such", &arg), -ENOENT);
	assert_int_equal(table_skb_arg(f.kb, "net_device_ops.ndo_open", &arg), -ENOENT);
}

/* Makes btf the types of a kernel. */
static struct kernel_btf *kernel_of(struct btf *btf)
{
	struct kernel_btf *kb;
	const void *data;
	uint32_t size;

	data = btf__raw_data(btf, &size);
	assert_non_null(data);
	fixture_write(&f, "vmlinux", data, size);
	btf__free(btf);
	assert_int_equal(kernel_btf_open(f.dir, &kb), 0);
	return kb;
}

/* A kernel of 5.11 or later: what was read in the source of 5.10 does not hold there. */
static void table_numbers_are_for_old_kernels(void **state)
{
	struct btf *btf = btf__new_empty();
	struct kernel_btf *kb;
	struct skb_arg arg;

	(void)state;
	assert_true(btf__add_enum(btf, "bpf_func_id", 4) > 0);
	assert_int_equal(btf__add_enum_value(btf, "BPF_FUNC_task_storage_get", 156), 0);
	kb = kernel_of(btf);
	assert_int_equal(table_skb_arg(kb, "3", &arg), -ENOENT);
	kernel_btf_free(kb);
}

static void expect_reason(const struct drop_reasons *dr, uint32_t code, const char *name)
{
	const char *got = drop_reason_name(dr, code);

	if (!name)
		assert_null(got);
	else
		assert_string_equal(got ? got : "(none)", name);
}

static void reasons_have_the_names_of_this_kernel(void **state)
{
	struct drop_reasons *dr;

	(void)state;
	assert_int_equal(drop_reasons_new(f.kb, &dr), 0);
	/* Names must outlive BTF. */
	kernel_btf_free(f.kb);
	f.kb = NULL;
	expect_reason(dr, 0, "NOT_DROPPED_YET");
	expect_reason(dr, 1, "CONSUMED");
	expect_reason(dr, 2, "NOT_SPECIFIED");
	expect_reason(dr, 3, "NO_SOCKET");
	expect_reason(dr, 4, NULL);
	expect_reason(dr, 9, NULL);
	expect_reason(dr, 0xffff0000, NULL);
	expect_reason(dr, 0x20000, NULL);
	expect_reason(dr, 0x20001, "OVS_DROP_LAST_ACTION");
	expect_reason(dr, 0x30000, NULL);
	expect_reason(dr, 0x30001, "QDISC_DROP_GENERIC");
	expect_reason(dr, 0x30002, NULL);
	drop_reasons_free(dr);
}

static void reasons_may_be_wide(void **state)
{
	struct btf *btf = btf__new_empty();
	struct kernel_btf *kb;
	struct drop_reasons *dr;

	(void)state;
	assert_true(btf__add_enum64(btf, "skb_drop_reason", 8, false) > 0);
	assert_int_equal(btf__add_enum64_value(btf, "SKB_DROP_REASON_NO_SOCKET", 7), 0);
	assert_int_equal(btf__add_enum64_value(btf, "SKB_DROP_REASON_TOO_BIG", 1ull << 40), 0);
	kb = kernel_of(btf);
	assert_int_equal(drop_reasons_new(kb, &dr), 0);
	expect_reason(dr, 7, "NO_SOCKET");
	expect_reason(dr, 0, NULL);
	drop_reasons_free(dr);
	kernel_btf_free(kb);
}

static void kernels_without_reasons_have_none(void **state)
{
	struct btf *btf = btf__new_empty();
	struct kernel_btf *kb;
	struct drop_reasons *dr;

	(void)state;
	assert_true(btf__add_int(btf, "int", 4, BTF_INT_SIGNED) > 0);
	kb = kernel_of(btf);
	assert_int_equal(drop_reasons_new(kb, &dr), 0);
	expect_reason(dr, 2, NULL);
	drop_reasons_free(dr);
	kernel_btf_free(kb);
}

static void missing_btf_is_told(void **state)
{
	struct kernel_btf *kb;

	(void)state;
	assert_int_equal(kernel_btf_open("/nonexistent", &kb), -ENOENT);
	assert_null(kb);
}

static void features_are_read_from_types(void **state)
{
	struct kernel_features features;

	(void)state;
	assert_int_equal(fixture_symbols(&f, "0000000000035000 A pcpu_hot\n"
					     "ffffffff81000000 T _text\n"
					     "ffffffff82b29940 D __per_cpu_offset\n"),
			 0);
	kernel_features_probe(f.kb, f.ks, true, &features);
	assert_true(features.has_ringbuf);
	assert_false(features.has_fentry_multi);
	assert_int_equal(features.preempt_disable, 0);
	assert_true(features.counts_memlock);
	assert_true(features.drop_has_reason);
	assert_true(features.drop_has_socket);
	assert_int_equal(features.per_cpu_offset, 0xffffffff82b29940);
	assert_int_equal(features.preempt_count, 0x35010);
}

static void a_function_id_is_that_of_its_whole_name(void **state)
{
	uint32_t id = kernel_btf_func_id(f.kb, "ip_rcv");
	const struct btf_type *t = btf__type_by_id(kernel_btf_vmlinux(f.kb), id);

	(void)state;
	assert_int_not_equal(id, 0);
	assert_true(btf_is_func(t));
	assert_string_equal(btf__name_by_offset(kernel_btf_vmlinux(f.kb), t->name_off), "ip_rcv");
	assert_int_equal(kernel_btf_func_id(f.kb, "ip_rcv.isra.0"), 0);
	assert_int_equal(kernel_btf_func_id(f.kb, "sk_buff"), 0);
	assert_int_equal(kernel_btf_func_id(f.kb, "not_there"), 0);
}

static void a_tracepoint_is_known_by_its_typedef(void **state)
{
	uint32_t id = kernel_btf_tracepoint_id(f.kb, "kfree_skb");
	const struct btf_type *t = btf__type_by_id(kernel_btf_vmlinux(f.kb), id);

	(void)state;
	assert_int_not_equal(id, 0);
	assert_true(btf_is_typedef(t));
	assert_string_equal(btf__name_by_offset(kernel_btf_vmlinux(f.kb), t->name_off),
			    "btf_trace_kfree_skb");
	assert_int_equal(kernel_btf_tracepoint_id(f.kb, "not_there"), 0);
}

/* What a relocation against vmlinux would find, in an extract for an object with these types. */
static void extract_holds_the_named_types(void **state)
{
	const struct btf *vmlinux = kernel_btf_vmlinux(f.kb);
	struct btf *wanted = btf__new_empty(), *got;
	int fd = memfd_create("types", MFD_CLOEXEC), id, old;
	const struct btf_type *t, *old_t;
	char path[32];

	(void)state;
	assert_true(btf__add_struct(wanted, "net_device_ops", 8) > 0);
	assert_true(btf__add_struct(wanted, "two_words___old", 8) > 0);
	assert_true(btf__add_struct(wanted, "sk_buff", 8) > 0);
	assert_true(btf__add_struct(wanted, "no_such_type", 8) > 0);
	assert_int_equal(kernel_btf_extract(f.kb, wanted, fd), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	got = btf__parse(path, NULL);
	assert_non_null(got);
	id = btf__find_by_name_kind(got, "net_device_ops", BTF_KIND_STRUCT);
	old = btf__find_by_name_kind(vmlinux, "net_device_ops", BTF_KIND_STRUCT);
	assert_true(id > 0 && old > 0);
	t = btf__type_by_id(got, id);
	old_t = btf__type_by_id(vmlinux, old);
	assert_int_equal(t->size, old_t->size);
	assert_int_equal(btf_vlen(t), btf_vlen(old_t));
	for (int i = 0; i < btf_vlen(t); i++) {
		assert_string_equal(btf__name_by_offset(got, btf_members(t)[i].name_off),
				    btf__name_by_offset(vmlinux, btf_members(old_t)[i].name_off));
		assert_int_equal(btf_members(t)[i].offset, btf_members(old_t)[i].offset);
		assert_int_equal(btf__resolve_size(got, btf_members(t)[i].type), sizeof(void *));
	}
	id = btf__find_by_name_kind(got, "two_words", BTF_KIND_STRUCT);
	assert_true(id > 0);
	t = btf__type_by_id(got, btf_members(btf__type_by_id(got, id))[1].type);
	assert_string_equal(btf__name_by_offset(got, t->name_off), "long");
	/* sk_buff points to it, but nobody asked for it. */
	assert_int_equal(btf__find_by_name_kind(got, "sock", BTF_KIND_FWD), -ENOENT);
	btf__free(got);
	btf__free(wanted);
	close(fd);
}

static void preempt_count_has_a_symbol_of_its_own(void **state)
{
	struct kernel_features features;

	(void)state;
	assert_int_equal(fixture_symbols(&f, "000000000001fb40 A __preempt_count\n"
					     "ffffffff81000000 T _text\n"),
			 0);
	kernel_features_probe(f.kb, f.ks, true, &features);
	assert_int_equal(features.preempt_count, 0x1fb40);
	assert_int_equal(features.per_cpu_offset, 0);
}

static void lockdown_is_the_word_in_brackets(void **state)
{
	(void)state;
	assert_int_equal(lockdown_parse("[none] integrity confidentiality\n"), LOCKDOWN_NONE);
	assert_int_equal(lockdown_parse("none [integrity] confidentiality\n"), LOCKDOWN_INTEGRITY);
	assert_int_equal(lockdown_parse("none integrity [confidentiality]\n"),
			 LOCKDOWN_CONFIDENTIALITY);
}

static void expect_missing(uint64_t have, const char *names, int count)
{
	char buf[64];

	assert_int_equal(capabilities_missing_from(have, buf, sizeof(buf)), count);
	assert_string_equal(buf, names);
}

static void missing_capabilities_are_named(void **state)
{
	const uint64_t admin = 1ull << 21, syslog = 1ull << 34, perfmon = 1ull << 38,
		       bpf = 1ull << 39;
	char small[10];

	(void)state;
	expect_missing(0, "CAP_BPF, CAP_PERFMON, CAP_SYSLOG", 3);
	expect_missing(bpf | syslog, "CAP_PERFMON", 1);
	expect_missing(bpf | perfmon | syslog, "", 0);
	expect_missing(admin, "CAP_SYSLOG", 1);
	expect_missing(admin | syslog, "", 0);
	assert_int_equal(capabilities_missing_from(0, small, sizeof(small)), 3);
	assert_string_equal(small, "CAP_BPF, ");
}

static void a_member_is_found_in_a_module_and_through_structs(void **state)
{
	struct kernel_fixture f;

	(void)state;
	fixture_open(&f);
	fixture_modules(&f);
	assert_int_equal(kernel_btf_member(f.kb, "nf_tables", "outer.first"), 0);
	assert_int_equal(kernel_btf_member(f.kb, "nf_tables", "outer.in"), 64);
	assert_int_equal(kernel_btf_member(f.kb, "nf_tables", "outer.in.number"), 67);
	assert_int_equal(kernel_btf_member(f.kb, "nf_tables", "outer.number"), -ENOENT);
	assert_int_equal(kernel_btf_member(f.kb, "nf_tables", "outer.first.number"), -ENOENT);
	assert_int_equal(kernel_btf_member(f.kb, "nf_tables", "nothing.first"), -ENOENT);
	fixture_close(&f);
}

static void a_member_of_vmlinux_is_found_from_everywhere(void **state)
{
	struct kernel_fixture f;

	(void)state;
	fixture_open(&f);
	fixture_modules(&f);
	assert_int_equal(kernel_btf_member(f.kb, NULL, "pcpu_hot.preempt_count"), 128);
	assert_int_equal(kernel_btf_member(f.kb, "nf_tables", "pcpu_hot.preempt_count"), 128);
	assert_int_equal(kernel_btf_member(f.kb, "no_module", "nf_hook_state.hook"), 0);
	assert_int_equal(kernel_btf_member(f.kb, NULL, "outer.first"), -ENOENT);
	assert_int_equal(kernel_btf_struct_size(f.kb, "two_words"), 16);
	assert_int_equal(kernel_btf_struct_size(f.kb, "no_struct"), -ENOENT);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_is_found_in_a_module_and_through_structs),
		cmocka_unit_test(a_member_of_vmlinux_is_found_from_everywhere),
		cmocka_unit_test_setup_teardown(skb_arguments_are_found, setup, teardown),
		cmocka_unit_test_setup_teardown(a_socket_before_the_skb_is_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(absent_arguments_are_told_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(only_registers_count, setup, teardown),
		cmocka_unit_test_setup_teardown(functions_of_one_name_must_agree, setup, teardown),
		cmocka_unit_test_setup_teardown(compiled_variants_are_judged, setup, teardown),
		cmocka_unit_test_setup_teardown(table_positions_come_from_types, setup, teardown),
		cmocka_unit_test_setup_teardown(table_numbers_are_for_old_kernels, setup, teardown),
		cmocka_unit_test_setup_teardown(reasons_have_the_names_of_this_kernel, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reasons_may_be_wide, setup, teardown),
		cmocka_unit_test_setup_teardown(kernels_without_reasons_have_none, setup, teardown),
		cmocka_unit_test(missing_btf_is_told),
		cmocka_unit_test_setup_teardown(features_are_read_from_types, setup, teardown),
		cmocka_unit_test_setup_teardown(a_tracepoint_is_known_by_its_typedef, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_function_id_is_that_of_its_whole_name, setup,
						teardown),
		cmocka_unit_test_setup_teardown(extract_holds_the_named_types, setup, teardown),
		cmocka_unit_test_setup_teardown(preempt_count_has_a_symbol_of_its_own, setup,
						teardown),
		cmocka_unit_test(lockdown_is_the_word_in_brackets),
		cmocka_unit_test(missing_capabilities_are_named),
	};

	return cmocka_run_group_tests_name("kernel-compat", tests, NULL, NULL);
}
