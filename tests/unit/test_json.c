/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../tracer/json_writer.h"
#include "fabricate.h"

/* Of an event that is no return, of a packet without route and connection. */
#define UNDECIDED                                                                                  \
	",\"returned\":false,\"result\":null,\"verdict\":null,\"hook\":null,\"family\":null,"      \
	"\"table\":null,\"chain\":null,\"rule\":null,\"decision\":null,\"ct_state\":null,"         \
	"\"route\":null"

static struct capture c;
static struct options o;
static struct ksyms *symbols;

static int setup(void **state)
{
	(void)state;
	c.env.symbols = symbols;
	capture_begin(&c, "json", &o);
	assert_string_equal(capture_text(&c), "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	capture_end(&c);
	return 0;
}

static const char *show(struct event ev)
{
	assert_int_equal(output_event(c.output, &ev), 0);
	return capture_text(&c);
}

static void a_path_event_has_every_key_of_its_type(void **state)
{
	(void)state;
	assert_string_equal(
		show(fabricate_path()),
		"{\"schema\":1,\"type\":\"path\",\"ts\":1700000000123456789,\"cpu\":1,\"packet_"
		"id\":3,"
		"\"parent_id\":null,\"skb\":\"0xffff888003a1c200\",\"func\":\"ip_output\",\"pid\":"
		"2345,"
		"\"tid\":2346,\"comm\":\"ping\",\"context\":\"task\",\"netns\":4026532201,"
		"\"netns_name\":\"client\",\"ifindex\":2,\"ifname\":\"c0\",\"cmdline\":null,"
		"\"owner_pid\":null,\"owner_comm\":null,"
		"\"owner_cmdline\":null,\"owner_cgroup\":null,\"owner_container\":null,"
		"\"pkt_type\":"
		"\"OUTGOING\","
		"\"mark\":0,\"len\":84,\"proto\":\"ICMP\",\"src\":\"10.77.8.1\",\"dst\":\"10.77.8."
		"131\","
		"\"sport\":null,\"dport\":null,\"stack\":null,\"stack_source\":null,\"stack_"
		"inlined\":null,\"delta_ns\":1000" UNDECIDED ",\"total_ns\":null,"
		"\"changes\":null,"
		"\"bytes\":null,\"skb_dump\":null,\"shinfo_dump\":null}\n");
}

static void a_copy_names_its_original(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	fabricated.rec.parent_id = 2;
	assert_non_null(strstr(show(ev), "\"packet_id\":3,\"parent_id\":2,"));
}

static void a_drop_adds_reason_location_cause_and_advice(void **state)
{
	(void)state;
	assert_string_equal(
		show(fabricate_drop()),
		"{\"schema\":1,\"type\":\"drop\",\"ts\":1700000000123498489,\"cpu\":1,\"packet_"
		"id\":3,"
		"\"parent_id\":null,\"skb\":\"0xffff888003a1c200\",\"func\":\"ip_forward\",\"pid\":"
		"null,"
		"\"tid\":null,\"comm\":null,\"context\":\"softirq\",\"netns\":4026532300,"
		"\"netns_name\":\"router\",\"ifindex\":2,\"ifname\":\"r0\",\"cmdline\":null,"
		"\"owner_pid\":null,\"owner_comm\":null,"
		"\"owner_cmdline\":null,\"owner_cgroup\":null,\"owner_container\":null,"
		"\"pkt_type\":\"HOST\","
		"\"mark\":0,\"len\":84,\"proto\":\"ICMP\",\"src\":\"10.77.8.1\",\"dst\":\"10.77.8."
		"131\","
		"\"sport\":null,\"dport\":null,\"stack\":[\"ip_forward+0x2b1\",\"ip_rcv+0x5c\","
		"\"0xffffffff81000fff\"],\"stack_source\":null,\"stack_inlined\":null,\"delta_ns\":"
		"1700" UNDECIDED ",\"total_ns\":null,\"changes\":null,"
		"\"bytes\":null,\"skb_dump\":null,\"shinfo_dump\":null,"
		"\"reason\":\"PKT_TOO_BIG\",\"reason_"
		"code\":93,"
		"\"location\":\"ip_forward+0x2b1\",\"source\":null,\"inlined\":null,\"cause\":"
		"\"too "
		"large\",\"cause_inferred\":false,"
		"\"advice\":\"send less\",\"routine\":false,\"evidence\":null}\n");
}

static void the_owner_of_the_socket_is_told_in_any_context(void **state)
{
	struct event ev = fabricate_drop();

	(void)state;
	fabricated.rec.owner_pid = 812;
	strcpy(fabricated.rec.owner_comm, "nginx");
	ev.cmdline = "curl x";
	ev.owner_cmdline = "nginx -g \"x\"";
	ev.owner_cgroup = "/docker/0123456789ab";
	ev.owner_container = "0123456789ab";
	assert_non_null(strstr(show(ev), "\"cmdline\":\"curl x\",\"owner_pid\":812,"
					 "\"owner_comm\":\"nginx\",\"owner_cmdline\":"
					 "\"nginx -g \\\"x\\\"\",\"owner_cgroup\":"
					 "\"/docker/0123456789ab\",\"owner_container\":"
					 "\"0123456789ab\","));
}

static void what_is_unknown_is_null_and_never_left_out(void **state)
{
	struct event ev = { .rec = &fabricated.rec, .wall_ns = 1 };

	(void)state;
	memset(&fabricated, 0, sizeof(fabricated));
	fabricated.rec.type = SKBT_DROP;
	fabricated.rec.pkt_type = 9;
	fabricated.rec.context = SKBT_HARDIRQ;
	assert_string_equal(
		show(ev),
		"{\"schema\":1,\"type\":\"drop\",\"ts\":1,\"cpu\":0,\"packet_id\":null,\"parent_"
		"id\":null,"
		"\"skb\":\"0x0\",\"func\":null,\"pid\":null,\"tid\":null,\"comm\":null,"
		"\"context\":\"hardirq\",\"netns\":null,\"netns_name\":null,\"ifindex\":null,"
		"\"ifname\":null,\"cmdline\":null,\"owner_pid\":null,\"owner_comm\":null,"
		"\"owner_cmdline\":null,\"owner_cgroup\":null,\"owner_container\":null,"
		"\"pkt_type\":null,\"mark\":0,\"len\":0,\"proto\":null,\"src\":"
		"null,"
		"\"dst\":null,\"sport\":null,\"dport\":null,\"stack\":null,\"stack_source\":null,"
		"\"stack_inlined\":null,\"delta_ns\":"
		"null" UNDECIDED ","
		"\"total_ns\":null,\"changes\":null,"
		"\"bytes\":null,\"skb_dump\":null,\"shinfo_dump\":null,"
		"\"reason\":null,\"reason_code\":null,\"location\":null,\"source\":null,"
		"\"inlined\":null,\"cause\":null,"
		"\"cause_inferred\":false,\"advice\":null,\"routine\":false,\"evidence\":null}\n");
}

static void what_is_inside_is_hex_and_text(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	capture_end(&c);
	fabricate_inside(&ev, &c.env);
	capture_begin(&c, "json", &o);
	assert_non_null(strstr(show(ev),
			       ",\"bytes\":\"00450a\",\"skb_dump\":\"len = 84\\n| mark = 7\","
			       "\"shinfo_dump\":\"len = 99\"}\n"));
}

/* 5.17 numbers its reasons from 0; a kernel without reasons has no code. */
static void reason_code_0_is_a_code_where_the_kernel_has_reasons(void **state)
{
	struct event ev = fabricate_drop();

	(void)state;
	fabricated.rec.reason = 0;
	assert_non_null(strstr(show(ev), "\"reason_code\":0,"));
	ev.has_reason = false;
	assert_non_null(strstr(show(ev), "\"reason_code\":null,"));
}

static void a_drop_outside_any_symbol_has_its_address_as_location(void **state)
{
	struct event ev = fabricate_drop();
	const char *text;

	(void)state;
	ev.func = NULL;
	ev.reason = NULL;
	ev.why.inferred = true;
	text = show(ev);
	assert_non_null(strstr(text, "\"func\":null,"));
	assert_non_null(strstr(
		text, "\"reason\":null,\"reason_code\":93,"
		      "\"location\":\"0xffffffff810012b1\",\"source\":null,\"inlined\":null,"));
	assert_non_null(strstr(text, "\"cause_inferred\":true,"));
}

static void the_task_is_told_unless_an_interrupt_ran(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	fabricated.rec.context = SKBT_CONTEXT_UNKNOWN;
	assert_non_null(strstr(show(ev), "\"pid\":2345,\"tid\":2346,\"comm\":\"ping\","
					 "\"context\":null,"));
	fabricated.rec.context = SKBT_TASK;
	fabricated.rec.pid = 0; /* the idle task: zero is zero */
	assert_non_null(strstr(show(ev), "\"pid\":0,"));
}

static void addresses_and_ports_are_written_per_family(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	ev.packet = (struct packet){
		.proto = "UDP",
		.family = AF_INET6,
		.src = { 0x20, 1, 0xd, 0xb8, [15] = 1 },
		.dst = { [15] = 1 },
		.has_ports = true,
		.sport = 0,
		.dport = 65535,
	};
	assert_non_null(strstr(show(ev),
			       "\"proto\":\"UDP\",\"src\":\"2001:db8::1\",\"dst\":\"::1\","
			       "\"sport\":0,\"dport\":65535,"));
}

static void events_out_of_order_have_a_negative_delta(void **state)
{
	struct event ev = fabricate_path();

	(void)state;
	fabricated.rec.prev_ts = fabricated.rec.ts + 5;
	assert_non_null(strstr(show(ev), "\"delta_ns\":-5,"));
}

static void nasty_names_are_escaped(void **state)
{
	struct event ev = fabricate_path();
	const char *text;

	(void)state;
	memcpy(fabricated.rec.comm, "a\"b\\c\n\t\033\xff\xc3\xa9\x9b\x7f{}x",
	       SKBT_COMM_LEN); /* no end */
	ev.netns_name =
		"\xc2\x9b\xe2\x82\xac\xed\xa0\x80\xc0\xaf\xf4\x90\x80\x80\xf0\x9f\x90\xa7\xe2\x82";
	text = show(ev);
	assert_non_null(strstr(text,
			       "\"comm\":\"a\\\"b\\\\c\\u000a\\u0009\\u001b\\ufffd\xc3\xa9\\ufffd"
			       "\\u007f{}x\",\"context\""));
	/* C1 control, euro sign, surrogate, overlong slash, beyond Unicode, penguin, cut euro sign
	 */
	assert_non_null(strstr(text,
			       "\"netns_name\":\"\\u009b\xe2\x82\xac\\ufffd\\ufffd\\ufffd\\ufffd"
			       "\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\xf0\x9f\x90\xa7\\ufffd"
			       "\\ufffd\",\"ifindex\""));
	for (const char *p = text; p[1]; p++)
		assert_true((uint8_t)*p >= ' ');
	/* A sequence does not go on in the field behind. */
	memcpy(fabricated.rec.comm, "sixteen-letters\xc3", SKBT_COMM_LEN);
	memcpy(fabricated.rec.ifname, "\xa9", 2);
	assert_non_null(strstr(show(ev), "\"comm\":\"sixteen-letters\\ufffd\","));
}

static void only_what_json_or_a_terminal_forbids_is_escaped(void **state)
{
	struct event ev = fabricate_path();
	char name[] = "a?z", expected[64];

	(void)state;
	ev.netns_name = name;
	for (int c = 1; c < 0x80; c++) {
		name[1] = (char)c;
		if (c == '"' || c == '\\')
			snprintf(expected, sizeof(expected), "_name\":\"a\\%cz\",", c);
		else if (c < ' ' || c == 0x7f)
			snprintf(expected, sizeof(expected), "_name\":\"a\\u00%02xz\",", c);
		else
			snprintf(expected, sizeof(expected), "_name\":\"a%cz\",", c);
		assert_non_null(strstr(show(ev), expected));
	}
	for (int c = 0x80; c < 0x100; c++) {
		name[1] = (char)c; /* no UTF-8 before an ASCII character */
		assert_non_null(strstr(show(ev), "\"netns_name\":\"a\\ufffdz\","));
	}
}

static void lost_events_are_told_by_class(void **state)
{
	struct run_counts counts = { .counter = { [SKBT_LOST_RING] = 5, [SKBT_LOST_NESTED] = 2 } };

	(void)state;
	assert_int_equal(output_lost(c.output, &counts, 77), 0);
	assert_string_equal(capture_text(&c),
			    "{\"schema\":1,\"type\":\"lost\",\"ts\":77,\"lost\":7,"
			    "\"lost_by\":{\"ring\":5,\"nested\":2}}\n");
	assert_string_equal(capture_messages(&c), "");
}

static void the_summary_accounts_for_every_hit(void **state)
{
	struct run_counts counts = {
		.counter = { [SKBT_HITS] = 1000,
			     [SKBT_UNMATCHED] = 870,
			     [SKBT_EMITTED] = 93,
			     [SKBT_LOST_RING] = 5,
			     [SKBT_LOST_NESTED] = 2,
			     [SKBT_UNTRACKED] = 1,
			     [SKBT_LOST_CALLS] = 6,
			     [SKBT_LOST_NOTES] = 9,
			     [SKBT_NOT_SAMPLED] = 30 },
		.missed = 4,
		.fast = 6,
	};
	struct run_info info = {
		.backend = "kprobe", .kernel = "5.10.0", .attached = 84, .skipped = 7
	};

	(void)state;
	assert_int_equal(output_summary(c.output, &counts, &info, 78), 0);
	assert_string_equal(
		capture_text(&c),
		"{\"schema\":1,\"type\":\"summary\",\"ts\":78,\"hits\":1000,\"matched\":130,"
		"\"emitted\":93,\"counted\":0,\"not_sampled\":30,\"lost\":7,\"lost_by\":{\"ring\":"
		"5,\"nested\":2}"
		","
		"\"missed\":4,\"untracked\":1,\"returns_lost\":6,\"notes_lost\":9,\"attached\":84,"
		"\"skipped\":7,"
		"\"backend\":\"kprobe\",\"kernel\":\"5.10.0\",\"below_min_latency\":6,\"hops\":"
		"null}\n");
	assert_string_equal(capture_messages(&c), "");
}

static void the_writer_puts_commas_between_and_nowhere_else(void **state)
{
	struct linebuf *line = malloc(sizeof(*line));
	struct json j = { .line = line };

	(void)state;
	lb_init(line, c.env.out);
	json_begin_array(&j);
	json_begin_object(&j);
	json_end_object(&j);
	json_begin_object(&j);
	json_key(&j, "a");
	json_begin_array(&j);
	json_end_array(&j);
	json_key(&j, "b");
	json_bool(&j, true);
	json_end_object(&j);
	json_i64(&j, INT64_MIN);
	json_u64(&j, UINT64_MAX);
	json_string(&j, NULL);
	json_string(&j, "");
	json_end_array(&j);
	assert_int_equal(lb_end_line(line), 0);
	assert_string_equal(capture_text(&c), "[{},{\"a\":[],\"b\":true},-9223372036854775808,"
					      "18446744073709551615,null,\"\"]\n");
	free(line);
}

#define json_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(a_path_event_has_every_key_of_its_type),
		json_test(a_copy_names_its_original),
		json_test(a_drop_adds_reason_location_cause_and_advice),
		json_test(what_is_inside_is_hex_and_text),
		json_test(reason_code_0_is_a_code_where_the_kernel_has_reasons),
		json_test(the_owner_of_the_socket_is_told_in_any_context),
		json_test(what_is_unknown_is_null_and_never_left_out),
		json_test(a_drop_outside_any_symbol_has_its_address_as_location),
		json_test(the_task_is_told_unless_an_interrupt_ran),
		json_test(addresses_and_ports_are_written_per_family),
		json_test(events_out_of_order_have_a_negative_delta),
		json_test(nasty_names_are_escaped),
		json_test(only_what_json_or_a_terminal_forbids_is_escaped),
		json_test(lost_events_are_told_by_class),
		json_test(the_summary_accounts_for_every_hit),
		json_test(the_writer_puts_commas_between_and_nowhere_else),
	};
	int failed;

	symbols = fabricate_symbols();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ksyms_free(symbols);
	return failed;
}
