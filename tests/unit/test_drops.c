/* SPDX-License-Identifier: GPL-2.0-only */
/* --drops, the table of skbtrace drops, and --folded: options, rows, outputs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../tracer/drop_table.h"
#include "fabricate.h"

static struct options o;
static struct error e;

static int parse(const char *const *words)
{
	char *argv[16] = { "skbtrace" };
	int argc = 1;

	while (*words)
		argv[argc++] = (char *)*words++;
	options_free(&o);
	e = (struct error){ 0 };
	return options_parse(argc, argv, &o, &e);
}

#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

static void the_command_is_the_table(void **state)
{
	(void)state;
	assert_int_equal(PARSE("drops", "udp", "2", "3"), 0);
	assert_true(o.duration_ns == 6000000000);
	assert_true(o.drops && o.drop_summary && !o.folded);
	assert_true(o.interval_ns == 2000000000);
	assert_string_equal(o.expression, "udp");
	assert_int_equal(PARSE("--drops", "--summary"), 0);
	assert_true(o.drops && o.drop_summary);
	/* Behind the dashes it is a word of the expression, and a bad one. */
	assert_int_equal(PARSE("--drops", "--", "udp"), 0);
	assert_false(o.drop_summary);
}

static void folded_means_drops_with_stacks(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--folded"), 0);
	assert_true(o.drops && o.drop_stack && !o.drop_summary);
	assert_int_equal(PARSE("drops", "--folded"), 0);
	assert_true(o.folded && !o.drop_summary);
}

static void refuse(const char *says, const char *const *words)
{
	assert_true(parse(words) < 0);
	assert_int_equal(e.code, EXIT_USAGE);
	assert_string_equal(e.text, says);
}

static void what_does_not_go_together_is_refused(void **state)
{
	(void)state;
	refuse("--route chooses functions, and --drops traces none: use one or the other",
	       (const char *const[]){ "--drops", "--route", NULL });
	refuse("--module chooses functions, and --drops traces none: use one or the other",
	       (const char *const[]){ "--drops", "--module", "veth", NULL });
	refuse("--group follows packets through functions, and --drops traces none",
	       (const char *const[]){ "--drops", "--group", NULL });
	refuse("-x/--bytes shows single drops, which here are only counted",
	       (const char *const[]){ "--folded", "-x", NULL });
	refuse("--dropstack shows stacks: for their counts use --folded",
	       (const char *const[]){ "--drops", "--summary", "--dropstack", NULL });
	refuse("--summary is a table of drops: give --drops too, or say skbtrace drops",
	       (const char *const[]){ "--summary", NULL });
	refuse("--folded has a form of its own: leave out --json",
	       (const char *const[]){ "--folded", "--json", NULL });
}

static const struct skbt_drop_place forward = { .site = 0xffffffff810012b1, .reason = 93 };
static const struct skbt_drop_place rcv = { .site = 0xffffffff81003010, .reason = 3 };

static void count(struct drop_table *t, const struct skbt_drop_place *place, uint64_t n)
{
	drop_table_count(t, place, &(struct skbt_drop_count){ .count = n, .last_ts = 5 });
}

static void rows_come_with_the_most_drops_first(void **state)
{
	struct drop_table *t = drop_table_new(8, false);
	struct drop_row *const *rows;
	size_t n;

	(void)state;
	count(t, &forward, 2);
	count(t, &rcv, 7);
	rows = drop_table_rows(t, &n);
	assert_int_equal(n, 2);
	assert_true(rows[0]->place.site == rcv.site && rows[0]->count == 7);
	count(t, &forward, 9);
	assert_true(drop_table_rows(t, &n)[0]->place.site == forward.site);
	assert_int_equal(n, 2);
	drop_table_free(t);
}

static void the_reason_the_stack_and_the_traits_make_rows_of_their_own(void **state)
{
	struct skbt_drop_place other = forward, stack = forward, syn = forward;
	struct drop_table *t = drop_table_new(8, true);
	size_t n;

	(void)state;
	other.reason = 94;
	stack.stack = 77;
	syn.traits = SKBT_TRAIT_TCP | SKBT_TRAIT_TCP_SYN;
	count(t, &forward, 1);
	count(t, &other, 1);
	count(t, &stack, 1);
	count(t, &syn, 1);
	drop_table_rows(t, &n);
	assert_int_equal(n, 4);
	drop_table_free(t);
}

static void a_rate_is_of_the_last_interval(void **state)
{
	struct drop_table *t = drop_table_new(8, false);
	size_t n;

	(void)state;
	count(t, &rcv, 10);
	drop_table_rates(t, 2000000000);
	assert_true(drop_table_rows(t, &n)[0]->rate == 5.0);
	count(t, &rcv, 11);
	drop_table_rates(t, 1000000000);
	assert_true(drop_table_rows(t, &n)[0]->rate == 1.0);
	drop_table_average(t, 11000000000);
	assert_true(drop_table_rows(t, &n)[0]->rate == 1.0);
	drop_table_free(t);
}

static void a_full_table_lets_go_of_more_rows(void **state)
{
	struct drop_table *t = drop_table_new(1, false);
	struct event ev = fabricate_drop();
	size_t n;

	(void)state;
	count(t, &rcv, 1);
	count(t, &forward, 1);
	assert_int_equal(drop_table_sample(t, &ev), 0);
	drop_table_rows(t, &n);
	assert_int_equal(n, 1);
	drop_table_free(t);
}

/* What the kernel side has counted. */
static struct {
	struct skbt_drop_place place;
	struct skbt_drop_count counted;
} counted_rows[4];
static size_t counted_count;

static int read_drops(void *source, drop_row_fn *row, void *ctx)
{
	(void)source;
	for (size_t i = 0; i < counted_count; i++)
		row(ctx, &counted_rows[i].place, &counted_rows[i].counted);
	return 0;
}

static void kernel_counts(const struct skbt_drop_place *place, uint64_t stack, uint64_t n)
{
	counted_rows[counted_count].place = *place;
	counted_rows[counted_count].place.stack = stack;
	counted_rows[counted_count++].counted.count = n;
}

static struct capture c;
static struct ksyms *symbols;

static void begin(const char *name)
{
	memset(&c, 0, sizeof(c));
	c.env.symbols = symbols;
	c.env.read_drops = read_drops;
	counted_count = 0;
	capture_begin(&c, name, &o);
}

static void end(uint64_t unlisted)
{
	struct run_counts counts = { .counter[SKBT_UNLISTED] = unlisted, .drops = 12 };
	struct run_info info = { .backend = "tracepoint", .kernel = "6.18" };

	assert_int_equal(output_summary(c.output, &counts, &info, 1700000000000000000), 0);
}

static void the_table_shows_count_place_reason_packet_and_cause(void **state)
{
	struct event ev = fabricate_drop();
	const char *text, *second;

	(void)state;
	PARSE("drops");
	begin("drops");
	assert_int_equal(output_event(c.output, &ev), 0);
	kernel_counts(&forward, 0, 9);
	kernel_counts(&rcv, 0, 3);
	end(5);
	text = capture_text(&c);
	assert_true(strncmp(text, "         9 ", 11) == 0);
	assert_non_null(strstr(text, " ip_forward+0x2b1 "));
	assert_non_null(strstr(text, " PKT_TOO_BIG "));
	assert_non_null(
		strstr(text, " router    r0      10.77.8.1 > 10.77.8.131 ICMP echo request"));
	assert_non_null(strstr(text, "\n              cause   too large\n"));
	/* One whose packet is not known yet, and those that had no row. */
	second = strstr(text, "\n         3 ");
	assert_non_null(second);
	assert_non_null(strstr(second, " ip_rcv+0x10 "));
	assert_non_null(strstr(second, "\n         5                      others\n"));
	assert_non_null(strstr(capture_messages(&c), "\n12 drops, 0 lost\n"));
	capture_end(&c);
}

static void json_has_a_line_for_each_row_and_the_summary(void **state)
{
	struct event ev = fabricate_drop();
	char *text;

	(void)state;
	PARSE("drops", "--json");
	begin("drops");
	assert_int_equal(output_event(c.output, &ev), 0);
	kernel_counts(&forward, 0, 9);
	kernel_counts(&rcv, 0, 3); /* its packet has not come */
	end(0);
	text = (char *)capture_text(&c);
	assert_non_null(strstr(text, "\"type\":\"drops\""));
	assert_non_null(strstr(text, "\"location\":\"ip_forward+0x2b1\""));
	assert_non_null(strstr(text, "\"count\":9,"));
	assert_non_null(strstr(text, "\"netns_name\":\"router\",\"ifname\":\"r0\""));
	assert_non_null(strstr(text, "\"src\":\"10.77.8.1\",\"dst\":\"10.77.8.131\""));
	assert_non_null(strstr(text, "\"netns_name\":null,\"ifname\":null,"));
	assert_non_null(strstr(text, "}\n{\"schema\":1,\"type\":\"summary\""));
	capture_end(&c);
}

/* The keys of a line, one behind the other: what stands between { or , and a colon. */
static void keys_of(const char *line, char *keys)
{
	for (; *line && *line != '\n'; line++) {
		size_t len = strcspn(line + 1, "\"\n") + 1;

		if (*line != '"')
			continue;
		if (line[len + 1] == ':')
			keys += sprintf(keys, "%.*s ", (int)len - 1, line + 1);
		line += len;
	}
}

static void all_rows_have_the_same_keys_in_the_same_order(void **state)
{
	char row[1024], others[1024];
	struct event ev = fabricate_drop();
	const char *text;

	(void)state;
	PARSE("drops", "--json");
	begin("drops");
	assert_int_equal(output_event(c.output, &ev), 0);
	kernel_counts(&forward, 0, 9);
	end(5);
	text = capture_text(&c);
	keys_of(text, row);
	assert_non_null(strstr(row, "reason_code count per_1000s "));
	keys_of(strchr(text, '\n') + 1, others);
	assert_string_equal(others, row);
	assert_non_null(strstr(text, "\"func\":null"));
	capture_end(&c);
}

/* An interval says when a table is shown; JSON has none, only rows at the end. */
static void json_has_no_tables_while_it_runs(void **state)
{
	(void)state;
	PARSE("drops", "--json", "--interval", "1");
	begin("drops");
	kernel_counts(&forward, 0, 9);
	assert_int_equal(output_tick(c.output, UINT64_MAX / 2), 0);
	assert_string_equal(capture_text(&c), "");
	capture_end(&c);
}

static void folded_stacks_begin_outermost_and_are_added_up(void **state)
{
	struct event ev = fabricate_drop();

	(void)state;
	PARSE("--folded");
	begin("folded");
	ev.stack_id = 1;
	assert_int_equal(output_event(c.output, &ev), 0);
	ev.stack_id = 2; /* another place in the same functions */
	((uint64_t *)(fabricated.space + sizeof(fabricated.rec)))[1] += 4;
	assert_int_equal(output_event(c.output, &ev), 0);
	kernel_counts(&forward, 1, 9);
	kernel_counts(&forward, 2, 1);
	kernel_counts(&rcv, 3, 4); /* its frames have not come */
	end(2);
	assert_string_equal(capture_text(&c), "0xffffffff81000fff;ip_rcv;ip_forward;- 10\n"
					      "ip_rcv;- 4\n"
					      "[others] 2\n");
	capture_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_is_the_table),
		cmocka_unit_test(folded_means_drops_with_stacks),
		cmocka_unit_test(what_does_not_go_together_is_refused),
		cmocka_unit_test(rows_come_with_the_most_drops_first),
		cmocka_unit_test(the_reason_the_stack_and_the_traits_make_rows_of_their_own),
		cmocka_unit_test(a_rate_is_of_the_last_interval),
		cmocka_unit_test(a_full_table_lets_go_of_more_rows),
		cmocka_unit_test(the_table_shows_count_place_reason_packet_and_cause),
		cmocka_unit_test(json_has_a_line_for_each_row_and_the_summary),
		cmocka_unit_test(all_rows_have_the_same_keys_in_the_same_order),
		cmocka_unit_test(json_has_no_tables_while_it_runs),
		cmocka_unit_test(folded_stacks_begin_outermost_and_are_added_up),
	};
	int failed;

	symbols = fabricate_symbols();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	options_free(&o);
	ksyms_free(symbols);
	return failed;
}
