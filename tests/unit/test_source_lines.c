/* SPDX-License-Identifier: GPL-2.0-only */
/* File, line and inlined functions of an address: of source_fixture.c, built with debug information
 * and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fabricate.h"
#include "frames.h"
#include "source_lines.h"

static unsigned long at, deep_at;
static int inner_line, outer_line, deep_line;

static struct source_lines *open_fixture(const char *path)
{
	FILE *f = popen(path, "r");

	assert_non_null(f);
	assert_int_equal(
		fscanf(f, "%lx %d %d %lx %d", &at, &inner_line, &outer_line, &deep_at, &deep_line),
		5);
	assert_int_equal(pclose(f), 0);
	return source_lines_of_file(path, NULL);
}

static void assert_frame(const struct source_frame *f, const char *function, int line)
{
	static const char file[] = "tests/unit/source_fixture.c";
	size_t len = strlen(f->file);

	assert_string_equal(f->function, function);
	assert_int_equal(f->line, line);
	assert_true(len >= sizeof(file) - 1);
	assert_string_equal(f->file + len - (sizeof(file) - 1), file);
}

static void a_return_address_has_the_line_of_its_call_and_what_was_inlined_there(void **state)
{
	struct source_lines *s = open_fixture(SOURCE_FIXTURE);
	const struct source_place *p;

	(void)state;
	if (!s)
		skip(); /* built without libdw */
	for (int again = 0; again < 2; again++) {
		p = source_lines_at(s, at, true);
		assert_non_null(p);
		assert_int_equal(p->count, 2);
		assert_frame(&p->frames[0], "inner", inner_line);
		assert_frame(&p->frames[1], "outer", outer_line);
	}
	source_lines_free(s);
}

static void of_too_many_the_function_itself_is_not_left_out(void **state)
{
	struct source_lines *s = open_fixture(SOURCE_FIXTURE);
	const struct source_place *p;

	(void)state;
	if (!s)
		skip();
	p = source_lines_at(s, deep_at, true);
	assert_non_null(p);
	assert_int_equal(p->count, SOURCE_FRAMES);
	assert_string_equal(p->frames[0].function, "deep1");
	assert_string_equal(p->frames[SOURCE_FRAMES - 2].function, "deep7");
	assert_frame(&p->frames[SOURCE_FRAMES - 1], "deep", deep_line);
	source_lines_free(s);
}

static void a_drop_tells_it_in_words(void **state)
{
	struct output_env env = { .sources = open_fixture(SOURCE_FIXTURE) };
	const struct skbt_record rec = { .type = SKBT_DROP, .site = at };
	char text[FRAMES_TEXT], wanted[64];

	(void)state;
	if (!env.sources)
		skip();
	assert_non_null(drop_source_text(text, &env, &rec));
	assert_memory_equal(text, "inner (", 7);
	snprintf(wanted, sizeof(wanted), "source_fixture.c:%d) < outer (", inner_line);
	assert_non_null(strstr(text, wanted));
	snprintf(wanted, sizeof(wanted), "source_fixture.c:%d)", outer_line);
	assert_string_equal(text + strlen(text) - strlen(wanted), wanted);
	source_lines_free(env.sources);
	env.sources = NULL;
	assert_null(drop_source_text(text, &env, &rec));
}

static struct capture c;
static struct ksyms *symbols;
static struct options options;

/* A drop in inner(), that was called by what is not in the file. */
static struct event fabricate_drop_in_fixture(const char *output)
{
	struct event ev = fabricate_drop();

	c.env.symbols = symbols;
	c.env.sources = open_fixture(SOURCE_FIXTURE);
	fabricated.rec.site = at;
	((uint64_t *)(fabricated.space + sizeof(fabricated.rec)))[0] = at;
	fabricated.rec.stack_len = 2;
	capture_begin(&c, output, &options);
	return ev;
}

static void end_capture(void)
{
	source_lines_free(c.env.sources);
	capture_end(&c);
}

static void assert_output_has(const char *format, ...)
{
	char wanted[256];
	va_list args;

	va_start(args, format);
	vsnprintf(wanted, sizeof(wanted), format, args);
	va_end(args);
	if (!strstr(c.out, wanted))
		fail_msg("no %s in: %s", wanted, c.out);
}

static void json_has_it_beside_location_and_stack(void **state)
{
	struct event ev = fabricate_drop_in_fixture("json");

	(void)state;
	assert_int_equal(output_event(c.output, &ev), 0);
	capture_text(&c);
	if (c.env.sources) {
		assert_output_has("tests/unit/source_fixture.c:%d\",\"inlined\":[\"inner\"],",
				  inner_line);
		assert_output_has("\"stack\":[\"0x%lx\",\"ip_rcv+0x5c\"],\"stack_source\":[\"", at);
		assert_output_has("tests/unit/source_fixture.c:%d\",null],"
				  "\"stack_inlined\":[[\"inner\"],null],\"delta_ns\"",
				  inner_line);
	}
	end_capture();
}

static void frames_have_it_in_text(void **state)
{
	struct event ev = fabricate_drop_in_fixture("text");

	(void)state;
	assert_int_equal(output_event(c.output, &ev), 0);
	capture_text(&c);
	if (c.env.sources) {
		assert_output_has("\n              stack   inner (");
		assert_output_has("source_fixture.c:%d) < 0x%lx (", inner_line, at);
		assert_output_has("source_fixture.c:%d) < ip_rcv+0x5c\n", outer_line);
	} else {
		assert_output_has("\n              stack   0x%lx < ip_rcv+0x5c\n", at);
	}
	end_capture();
}

static int one_row(void *source, drop_row_fn *row, void *ctx)
{
	const struct skbt_drop_place place = { .site = at, .reason = 93 };

	(void)source;
	row(ctx, &place, &(struct skbt_drop_count){ .count = 7 });
	return 0;
}

static void summarise(void)
{
	struct run_counts counts = { .drops = 7 };
	struct run_info info = { .backend = "tracepoint", .kernel = "6.18" };

	assert_int_equal(output_summary(c.output, &counts, &info, 1700000000000000000), 0);
	capture_text(&c);
}

static void rows_of_drops_have_it_in_json(void **state)
{
	(void)state;
	options.json = true;
	c.env.read_drops = one_row;
	fabricate_drop_in_fixture("drops");
	summarise();
	if (c.env.sources)
		assert_output_has("tests/unit/source_fixture.c:%d\",\"inlined\":[\"inner\"],"
				  "\"reason\":",
				  inner_line);
	options.json = false;
	end_capture();
}

static void inlined_functions_are_boxes_of_a_flame_graph(void **state)
{
	(void)state;
	c.env.read_drops = one_row;
	fabricate_drop_in_fixture("folded");
	summarise();
	if (c.env.sources)
		assert_output_has("0x%lx;inner_[i];- 7\n", at);
	end_capture();
}

static void what_is_no_address_of_it_is_not_known(void **state)
{
	struct source_lines *s = open_fixture(SOURCE_FIXTURE);

	(void)state;
	assert_null(source_lines_at(s, 0, true));
	assert_null(source_lines_at(s, 0xffffffff81000000, true));
	assert_null(source_lines_at(NULL, at, true));
	source_lines_free(s);
	source_lines_free(NULL);
}

static void without_debug_information_nothing_is_known(void **state)
{
	struct source_lines *s = open_fixture(SOURCE_FIXTURE_PLAIN);

	(void)state;
	assert_null(source_lines_at(s, at, true));
	source_lines_free(s);
	s = source_lines_of_file("/nonexistent", NULL);
	assert_null(source_lines_at(s, at, true));
	source_lines_free(s);
}

/* libdwfl would ask for what it does not find, if it is installed with that. */
static void no_server_is_asked(void **state)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(here);
	char url[64], cache[] = "/tmp/test_source_lines.XXXXXX";
	int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)state;
	assert_true(server >= 0);
	assert_int_equal(bind(server, (struct sockaddr *)&here, len), 0);
	assert_int_equal(listen(server, 1), 0);
	assert_int_equal(getsockname(server, (struct sockaddr *)&here, &len), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(here.sin_port));
	assert_non_null(mkdtemp(cache));
	setenv("DEBUGINFOD_URLS", url, 1);
	setenv("DEBUGINFOD_MAXTIME", "1", 1);
	setenv("DEBUGINFOD_CACHE_PATH", cache, 1);
	source_lines_free(source_lines_of_file(SOURCE_FIXTURE_PLAIN, NULL));
	assert_int_equal(accept(server, NULL, NULL), -1);
	close(server);
	rmdir(cache);
}

static bool is_known_with(const char *notes)
{
	struct source_lines *s = source_lines_of_file(SOURCE_FIXTURE, notes);
	bool known = source_lines_at(s, at, true);

	source_lines_free(s);
	return known;
}

static void of_another_build_nothing_is_known(void **state)
{
	struct source_lines *s = open_fixture(SOURCE_FIXTURE);

	(void)state;
	if (!s)
		skip();
	source_lines_free(s);
	assert_true(is_known_with(SOURCE_NOTES));
	assert_false(is_known_with(SOURCE_OTHER_NOTES));
	/* Without a build ID to compare with, there is only the release. */
	assert_true(is_known_with("/dev/null"));
	assert_true(is_known_with("/nonexistent"));
}

/* A build ID behind another note, and notes that are cut off anywhere. */
static void notes_are_read_as_far_as_they_go(void **state)
{
	static const uint32_t linux_note[] = { 6, 4, 256, 0x756e694c, 0x78, 1 }, /* "Linux" */
		gnu_note[] = { 4, 20, 3, 0x554e47, 1, 2, 3, 4, 5 };
	const size_t whole = sizeof(linux_note) + sizeof(gnu_note);
	struct source_lines *s = open_fixture(SOURCE_FIXTURE);
	char path[] = "/tmp/test_source_lines.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, linux_note, sizeof(linux_note)), sizeof(linux_note));
	assert_int_equal(write(fd, gnu_note, sizeof(gnu_note)), sizeof(gnu_note));
	for (size_t size = whole + 1; s && size-- > 0;) {
		assert_int_equal(ftruncate(fd, (off_t)size), 0);
		assert_int_equal(is_known_with(path), size < whole);
	}
	close(fd);
	unlink(path);
	source_lines_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_return_address_has_the_line_of_its_call_and_what_was_inlined_there),
		cmocka_unit_test(of_too_many_the_function_itself_is_not_left_out),
		cmocka_unit_test(a_drop_tells_it_in_words),
		cmocka_unit_test(json_has_it_beside_location_and_stack),
		cmocka_unit_test(frames_have_it_in_text),
		cmocka_unit_test(rows_of_drops_have_it_in_json),
		cmocka_unit_test(inlined_functions_are_boxes_of_a_flame_graph),
		cmocka_unit_test(what_is_no_address_of_it_is_not_known),
		cmocka_unit_test(without_debug_information_nothing_is_known),
		cmocka_unit_test(no_server_is_asked),
		cmocka_unit_test(of_another_build_nothing_is_known),
		cmocka_unit_test(notes_are_read_as_far_as_they_go),
	};

	int failed;

	symbols = fabricate_symbols();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ksyms_free(symbols);
	return failed;
}
