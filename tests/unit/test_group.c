/* SPDX-License-Identifier: GPL-2.0-only */
/* From records to blocks, slow packets and the table of hops: views and their outputs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fabricate.h"
#include "view.h"

static struct capture c;
static struct options o;
static struct view *view;
static struct ksyms *symbols;

static const char *const funcs[] = { "ip_output", "ip_rcv",       "ip_forward",  "icmp_rcv",
				     "raw_rcv",   "kfree_skbmem", "nft_do_chain" };
enum { OUTPUT, RCV, FORWARD, ICMP, RAW, FREE, NFT };

static bool routine; /* drops lose nothing */

/* What the reader would say of a record whose site is the place in funcs[], and whose mark 1000 + n
 * makes the last byte of the source address n. */
static void describe(void *ctx, struct skbt_record *rec, struct event *ev)
{
	struct event model = rec->type == SKBT_DROP ? fabricate_drop() : fabricate_path();

	(void)ctx;
	model.rec = rec;
	model.wall_ns = 1700000000000000000 + rec->ts;
	model.func = funcs[rec->site];
	model.why.routine = routine;
	if (rec->mark >= 1000)
		model.packet.src[3] = rec->mark - 1000;
	*ev = model;
	if (o.skb)
		fabricate_inside(ev, &c.env);
}

static void open_view(const char *output)
{
	view_free(view);
	if (c.output)
		capture_end(&c);
	c.env.symbols = symbols;
	capture_begin(&c, output, &o);
	view = view_new(&o, c.output, &(struct view_source){ .describe = describe });
	assert_non_null(view);
	capture_text(&c);
	capture_messages(&c);
}

static int setup(void **state)
{
	(void)state;
	memset(&c, 0, sizeof(c));
	routine = false;
	o = (struct options){ .group = true, .latency = true, .buffer_size = 8 << 20 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	view_free(view);
	view = NULL;
	capture_end(&c);
	return 0;
}

static struct skbt_record *rec_of(uint64_t number, uint64_t us, int func)
{
	static union fabricated_record space;

	fabricate_path();
	space = fabricated;
	space.rec.packet_id = number;
	space.rec.ts = us * 1000;
	space.rec.prev_ts = 0;
	space.rec.site = func;
	space.rec.mark = 1001;
	return &space.rec;
}

static void pass(uint64_t number, uint64_t parent, uint64_t us, int func)
{
	struct skbt_record *rec = rec_of(number, us, func);

	rec->parent_id = parent;
	assert_int_equal(view_record(view, rec, sizeof(*rec)), 0);
}

static void drop(uint64_t number, uint64_t us, int func)
{
	struct skbt_record *rec = rec_of(number, us, func);

	rec->type = SKBT_DROP;
	assert_int_equal(view_record(view, rec, sizeof(*rec)), 0);
}

static void end_of(uint64_t number, uint64_t ts)
{
	const struct skbt_end end = { .type = SKBT_END, .packet_id = number, .ts = ts };

	view_end(view, &end);
}

static const char *text_at(uint64_t us)
{
	assert_int_equal(view_tick(view, us * 1000), 0);
	return capture_text(&c);
}

static void a_packet_is_one_block(void **state)
{
	struct skbt_record *rec;

	(void)state;
	open_view("group");
	pass(1, 0, 1000, OUTPUT);
	pass(2, 0, 1010, OUTPUT);
	rec = rec_of(1, 1041, RCV);
	rec->mark = 1077;
	view_record(view, rec, sizeof(*rec));
	assert_string_equal(text_at(2000), "");
	pass(1, 0, 1042, ICMP);
	end_of(1, 1043500);
	assert_string_equal(
		text_at(60000),
		"#1 10.77.8.1 > 10.77.8.131 ICMP echo request id 7 seq 1 ttl 64 DF, 84 B, "
		"ping/2345, 22:13:20.001000\n"
		"      +0.0us        -  1   client       c0         ip_output\n"
		"     +41.0us   41.0us  1   client       c0         ip_rcv                    "
		"src 10.77.8.1 -> 10.77.8.77; mark 0x3e9 -> 0x435\n"
		"     +42.0us    1.0us  1   client       c0         icmp_rcv                  "
		"src 10.77.8.77 -> 10.77.8.1; mark 0x435 -> 0x3e9\n"
		"= #1 took 43.5us, delivered to ICMP\n");
}

static void pass_routed(uint64_t us, int func, const char *dev)
{
	struct skbt_record *rec = rec_of(1, us, func);

	if (dev) {
		rec->route = (struct skbt_route){ .ifindex = 3, .type = 1, .gw_family = AF_INET };
		memcpy(rec->route.gateway, (uint8_t[]){ 10, 77, 1, 254 }, 4);
		snprintf(rec->route.dev, sizeof(rec->route.dev), "%s", dev);
	}
	assert_int_equal(view_record(view, rec, sizeof(*rec)), 0);
}

static void a_route_is_shown_where_it_is_new(void **state)
{
	const char *text;

	(void)state;
	open_view("group");
	pass_routed(1000, RCV, NULL);
	pass_routed(1010, FORWARD, "c0");
	pass_routed(1020, OUTPUT, NULL);
	pass_routed(1030, OUTPUT, "c0");
	pass_routed(1040, OUTPUT, "vx0");
	end_of(1, 1050000);
	text = text_at(60000);
	assert_non_null(strstr(
		text,
		"ip_rcv\n"
		"     +10.0us   10.0us  1   client       c0         ip_forward                "
		"route via 10.77.1.254 dev c0\n"
		"     +20.0us   10.0us  1   client       c0         ip_output\n"
		"     +30.0us   10.0us  1   client       c0         ip_output\n"
		"     +40.0us   10.0us  1   client       c0         ip_output                 "
		"route via 10.77.1.254 dev vx0\n"));
}

static void copies_are_nested_where_they_appeared(void **state)
{
	(void)state;
	open_view("group");
	pass(1, 0, 1000, RCV);
	pass(1, 0, 1020, ICMP);
	pass(2, 1, 1010, RAW);
	pass(3, 2, 1012, OUTPUT);
	pass(4, 1, 1030, OUTPUT);
	end_of(2, 1050000);
	end_of(3, 1013000);
	end_of(1, 1040000);
	drop(4, 1060, FORWARD);
	end_of(4, 1060000);
	assert_string_equal(
		text_at(60000),
		"#1 10.77.8.1 > 10.77.8.131 ICMP echo request id 7 seq 1 ttl 64 DF, 84 B, "
		"ping/2345, 22:13:20.001000\n"
		"      +0.0us        -  1   client       c0         ip_rcv\n"
		"    #2 from #1 10.77.8.1 > 10.77.8.131 ICMP echo request id 7 seq 1 ttl 64 DF, "
		"84 B, ping/2345, 22:13:20.001010\n"
		"         +10.0us   10.0us  1   client       c0         raw_rcv\n"
		"        #3 from #2 10.77.8.1 > 10.77.8.131 ICMP echo request id 7 seq 1 ttl 64 "
		"DF, 84 B, ping/2345, 22:13:20.001012\n"
		"             +12.0us    2.0us  1   client       c0         ip_output\n"
		"        = #3 took 1.0us, ended after ip_output\n"
		"    = #2 took 40.0us, delivered to a raw socket\n"
		"     +20.0us   20.0us  1   client       c0         icmp_rcv\n"
		"    #4 from #1 10.77.8.1 > 10.77.8.131 ICMP echo request id 7 seq 1 ttl 64 DF, "
		"84 B, ping/2345, 22:13:20.001030\n"
		"         +30.0us   10.0us  1   client       c0         ip_output\n"
		"         +60.0us   30.0us  1   router       c0         ip_forward+0x2b1 DROP "
		"PKT_TOO_BIG\n"
		"    = #4 took 30.0us, dropped in ip_forward+0x2b1: PKT_TOO_BIG\n"
		"                  cause   too large\n"
		"                  advice  send less\n"
		"= #1 took 40.0us, delivered to ICMP\n");
}

/* The original of an echo reply is dropped where a raw socket got a copy. */
static void a_parent_says_which_child_was_delivered(void **state)
{
	(void)state;
	open_view("group");
	pass(1, 0, 1000, RCV);
	pass(2, 1, 1010, RAW);
	drop(1, 1020, ICMP);
	end_of(1, 1020000);
	end_of(2, 1030000);
	assert_non_null(strstr(text_at(60000), "= #1 took 20.0us, dropped in icmp_rcv+0x2b1: "
					       "PKT_TOO_BIG; delivered as #2\n"));
}

static void what_frees_it_says_nothing_of_its_fate(void **state)
{
	struct skbt_record *rec;

	(void)state;
	open_view("group");
	pass(1, 0, 1000, ICMP);
	pass(1, 0, 1001, FREE);
	rec = rec_of(1, 1002, FORWARD);
	rec->type = SKBT_RETURN;
	view_record(view, rec, sizeof(*rec));
	end_of(1, 1003000);
	assert_non_null(strstr(text_at(60000), "= #1 took 3.0us, delivered to ICMP\n"));
	drop(2, 1000, FORWARD);
	pass(2, 0, 1001, FREE);
	pass(2, 0, 1002, ICMP);
	end_of(2, 1003000);
	assert_non_null(strstr(text_at(60000), "= #2 took 3.0us, dropped in ip_forward+0x2b1"));
}

static void what_is_freed_in_the_course_of_things_is_no_drop(void **state)
{
	const char *text;

	(void)state;
	routine = true;
	open_view("group");
	drop(1, 1000, ICMP);
	end_of(1, 1010000);
	text = text_at(60000);
	assert_non_null(strstr(text, " FREE "));
	assert_non_null(strstr(text, ", freed in icmp_rcv+0x2b1"));
	assert_null(strstr(text, "DROP"));
	assert_null(strstr(text, "dropped"));
}

static void who_read_it_is_told(void **state)
{
	struct skbt_end end = {
		.packet_id = 1, .ts = 2000000, .context = SKBT_TASK, .pid = 77, .comm = "n c"
	};

	(void)state;
	open_view("group");
	pass(1, 0, 1000, RAW);
	view_end(view, &end);
	assert_non_null(strstr(text_at(60000), ", delivered to a raw socket, freed by n_c/77\n"));
	pass(2, 0, 1000, RCV);
	end.packet_id = 2;
	view_end(view, &end);
	assert_non_null(strstr(text_at(60000), ", ended after ip_rcv\n"));
}

static void events_of_two_cpus_are_sorted(void **state)
{
	const char *text;

	(void)state;
	open_view("group");
	pass(1, 0, 1003, RCV);
	pass(1, 0, 1000, OUTPUT);
	end_of(1, 1010000);
	text = text_at(60000);
	assert_non_null(strstr(text, "22:13:20.001000\n      +0.0us"));
	assert_true(strstr(text, "ip_output") < strstr(text, "ip_rcv"));
}

static void what_has_not_ended_is_shown_all_the_same(void **state)
{
	struct skbt_record *rec;

	(void)state;
	open_view("group");
	pass(1, 0, 1000, OUTPUT);
	assert_string_equal(text_at(5000000), "");
	assert_non_null(strstr(text_at(5001000), "= #1 took 0.0us, still alive after ip_output: no "
						 "event for seconds\n"));
	rec = rec_of(1, 6000000, RCV);
	rec->prev_ts = 1000000;
	view_record(view, rec, sizeof(*rec));
	view_finish(view, 6000001000);
	assert_non_null(strstr(capture_text(&c), "#1 (continued) 10.77.8.1 > "));
	pass(2, 0, 7000, FORWARD);
	view_finish(view, 7001000);
	assert_non_null(strstr(capture_text(&c), "still alive after ip_forward: at exit\n"));
}

static void without_a_number_an_event_stands_alone(void **state)
{
	const char *text;

	(void)state;
	open_view("group");
	pass(0, 0, 1000, OUTPUT);
	text = capture_text(&c);
	assert_memory_equal(text, "- 10.77.8.1 > ", 14);
	assert_non_null(
		strstr(text, "\n      +0.0us        -  1   client       c0         ip_output\n"));
}

static void a_stack_stands_below_its_event(void **state)
{
	struct skbt_record *rec;

	(void)state;
	open_view("group");
	rec = rec_of(1, 1000, OUTPUT);
	rec->sections = 1 << SKBT_SEC_STACK;
	rec->stack_len = 2;
	memcpy(rec + 1, (uint64_t[]){ 0xffffffff810012b1, 0xffffffff8100305c }, 16);
	view_record(view, rec, sizeof(*rec) + 8 * SKBT_STACK_DEPTH);
	view_finish(view, 1);
	assert_non_null(strstr(capture_text(&c), "ip_output\n              stack   "
						 "ip_forward+0x2b1 < ip_rcv+0x5c\n= #1"));
}

static void what_is_inside_stands_below_its_event(void **state)
{
	struct event unused;

	(void)state;
	o.skb = true;
	fabricate_inside(&unused, &c.env);
	open_view("group");
	pass(1, 0, 1000, OUTPUT);
	view_finish(view, 1);
	assert_non_null(
		strstr(capture_text(&c),
		       "ip_output\n"
		       "              bytes   0x0000:  0045 0a                                "
		       "  .E.\n"
		       "              skb     len = 84\n"
		       "                      | mark = 7\n"
		       "              shinfo  len = 99\n"
		       "= #1"));
}

static void json_has_the_same_lines_in_the_order_of_blocks(void **state)
{
	const char *text, *second;

	(void)state;
	open_view("json");
	pass(1, 0, 1000, RCV);
	pass(2, 0, 1001, OUTPUT);
	pass(1, 0, 1002, ICMP);
	end_of(2, 1010000);
	end_of(1, 1020000);
	text = text_at(60000);
	assert_non_null(strstr(text, "\"packet_id\":2"));
	assert_true(strstr(text, "\"packet_id\":2") < strstr(text, "\"packet_id\":1"));
	second = strstr(text, "\"icmp_rcv\"");
	assert_non_null(strstr(second, "\"total_ns\":2000,\"changes\":[],\"bytes\":"));
	assert_non_null(strstr(text, "\"total_ns\":0,\"changes\":null,"));
	assert_null(strchr(text, '='));
}

static void json_tells_changes(void **state)
{
	struct skbt_record *rec;

	(void)state;
	o.group = false;
	open_view("json");
	pass(1, 0, 1000, RCV);
	rec = rec_of(1, 1001, ICMP);
	rec->mark = 1009;
	rec->vlan_proto = 0x0081;
	rec->vlan_tci = 7;
	view_record(view, rec, sizeof(*rec));
	assert_non_null(strstr(capture_text(&c),
			       "\"total_ns\":1000,\"changes\":[{\"what\":\"src\",\"from\":"
			       "\"10.77.8.1\",\"to\":\"10.77.8.9\"},{\"what\":\"vlan\",\"from\":"
			       "null,\"to\":\"7\"},{\"what\":\"mark\",\"from\":\"0x3e9\",\"to\":"
			       "\"0x3f1\"}],"));
}

static void text_tells_changes_behind_the_packet(void **state)
{
	struct skbt_record *rec;

	(void)state;
	o.group = false;
	open_view("text");
	pass(1, 0, 1000, RCV);
	capture_text(&c);
	rec = rec_of(1, 1001, ICMP);
	rec->mark = 1009;
	rec->len = 98;
	view_record(view, rec, sizeof(*rec));
	assert_non_null(strstr(capture_text(&c),
			       " 10.77.8.9 > 10.77.8.131 ICMP echo request id 7 seq 1 ttl 64 DF, "
			       "98 B; src 10.77.8.1 -> 10.77.8.9; mark 0x3e9 -> 0x3f1\n"));
}

static void on_a_terminal_a_change_takes_the_place_of_the_dot(void **state)
{
	struct skbt_record *rec;

	(void)state;
	o.group = false;
	c.env.terminal = c.env.color = true;
	open_view("text");
	pass(1, 0, 1000, RCV);
	capture_text(&c);
	rec = rec_of(1, 1001, ICMP);
	rec->mark = 5;
	view_record(view, rec, sizeof(*rec));
	c.env.terminal = c.env.color = false;
	assert_non_null(
		strstr(capture_text(&c), " .          \033[1;33mmark 0x3e9 -> 0x5\033[0m\n"));
}

/* The summary, with the table of hops. */
static void put_summary(void)
{
	const struct run_info info = { .latency = view_latency(view) };
	struct run_counts counts = { 0 };

	view_counts(view, &counts);
	assert_int_equal(output_summary(c.output, &counts, &info, 0), 0);
}

static void fast_packets_are_not_shown(void **state)
{
	struct run_counts counts = { 0 };
	const char *text;

	(void)state;
	o.group = o.latency = false;
	o.min_latency_ns = 100000000;
	open_view("text");
	pass(1, 0, 1000, OUTPUT);
	pass(2, 0, 1001, OUTPUT);
	pass(1, 0, 1002, RCV);
	pass(2, 0, 151001, RCV);
	pass(3, 0, 151002, FORWARD); /* slow by its end only */
	pass(0, 0, 151003, FORWARD); /* nobody knows how long it takes */
	end_of(1, 1003000);
	end_of(2, 151003000);
	end_of(3, 251002000);
	text = text_at(301002);
	assert_null(strstr(text, "#1 "));
	assert_null(strstr(text, " - "));
	assert_non_null(strstr(text, " #2    ip_output "));
	assert_non_null(strstr(text, " #2    ip_rcv "));
	assert_non_null(strstr(text, " #3    ip_forward "));
	view_counts(view, &counts);
	assert_int_equal(counts.events, 3);
	assert_int_equal(counts.fast, 1);
	put_summary();
	text = capture_messages(&c);
	assert_non_null(strstr(text, "  not shown 1: packets that took less than --min-latency\n"));
	assert_non_null(strstr(text, "150.0ms  ip_output -> ip_rcv\n"));
	assert_non_null(strstr(text, "100.0ms  ip_forward -> (end)\n"));
	assert_null(strstr(text, "1.0us"));
}

/* What sits in a queue at the end of the run has been slow. */
static void what_lives_on_is_as_slow_as_it_is_old(void **state)
{
	(void)state;
	o.group = false;
	o.min_latency_ns = 100000000;
	open_view("text");
	pass(1, 0, 1000, OUTPUT);
	pass(2, 0, 100900, OUTPUT);
	view_finish(view, 101000000);
	assert_non_null(strstr(capture_text(&c), " #1 "));
	pass(1, 0, 1000, OUTPUT);
	view_finish(view, 100999999);
	assert_string_equal(capture_text(&c), "");
}

static void a_copy_makes_its_packet_slow(void **state)
{
	const char *text;

	(void)state;
	o.group = false;
	o.min_latency_ns = 100000000;
	open_view("text");
	pass(1, 0, 1000, OUTPUT);
	pass(2, 1, 1001, OUTPUT);
	pass(1, 0, 1002, RCV);
	end_of(1, 1003000);
	end_of(2, 101000000);
	text = text_at(200000);
	assert_true(strstr(text, " #1 ") < strstr(text, " #2<#1 "));
	assert_non_null(strstr(text, " ip_rcv "));
}

static void hops_are_told_live_as_well(void **state)
{
	(void)state;
	o.group = false;
	open_view("json");
	pass(1, 0, 1000, OUTPUT);
	pass(1, 0, 1003, RCV);
	end_of(1, 1004000);
	end_of(0, 1004000);
	capture_text(&c);
	put_summary();
	assert_non_null(strstr(
		capture_text(&c),
		"\"below_min_latency\":0,\"hops\":[{\"from\":\"ip_output\",\"to\":\"ip_rcv\","
		"\"count\":1,\"sum_ns\":3000,\"permille\":750,\"p50_ns\":3000,\"p99_ns\":3000,"
		"\"max_ns\":3000},{\"from\":\"ip_rcv\",\"to\":\"(end)\",\"count\":1,\"sum_ns\":1000"
		",\"permille\":250,\"p50_ns\":"));
}

/* Its rule is known when nft_do_chain() returns, which is after the packet's end. */
static void a_drop_that_waits_for_its_rule_ends_after_it(void **state)
{
	const char *text;

	(void)state;
	o.group = false;
	open_view("text");
	pass(1, 0, 1000, OUTPUT);
	capture_text(&c);
	drop(1, 1003, NFT);
	end_of(1, 1004000);
	/* Looks at the ring between the drop and the return: one began before the drop. */
	assert_string_equal(text_at(1000), "");
	assert_string_equal(text_at(1500), "");
	assert_non_null(strstr(text_at(60000), " DROP "));
	put_summary();
	text = capture_messages(&c);
	assert_non_null(strstr(text, "3.0us  ip_output -> nft_do_chain (drop)\n"));
	assert_non_null(strstr(text, "1.0us  nft_do_chain (drop) -> (end)\n"));
	assert_null(strstr(text, "ip_output -> (end)"));
}

#define group_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		group_test(a_packet_is_one_block),
		group_test(copies_are_nested_where_they_appeared),
		group_test(a_route_is_shown_where_it_is_new),
		group_test(a_parent_says_which_child_was_delivered),
		group_test(what_frees_it_says_nothing_of_its_fate),
		group_test(who_read_it_is_told),
		group_test(events_of_two_cpus_are_sorted),
		group_test(what_has_not_ended_is_shown_all_the_same),
		group_test(without_a_number_an_event_stands_alone),
		group_test(a_stack_stands_below_its_event),
		group_test(what_is_inside_stands_below_its_event),
		group_test(json_has_the_same_lines_in_the_order_of_blocks),
		group_test(json_tells_changes),
		group_test(text_tells_changes_behind_the_packet),
		group_test(on_a_terminal_a_change_takes_the_place_of_the_dot),
		group_test(fast_packets_are_not_shown),
		group_test(what_lives_on_is_as_slow_as_it_is_old),
		group_test(a_copy_makes_its_packet_slow),
		group_test(hops_are_told_live_as_well),
		group_test(a_drop_that_waits_for_its_rule_ends_after_it),
		group_test(what_is_freed_in_the_course_of_things_is_no_drop),
	};
	int failed;

	setenv("TZ", "UTC", 1);
	symbols = fabricate_symbols();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ksyms_free(symbols);
	return failed;
}
