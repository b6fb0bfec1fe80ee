/* SPDX-License-Identifier: GPL-2.0-only */
#include "top_output.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "cgroups.h"
#include "decode.h"
#include "json_writer.h"
#include "netns_names.h"
#include "text_fields.h"

enum {
	WIDTH_PID = 8,
	WIDTH_COMM = 16,
	WIDTH_NETNS = 20,
	WIDTH_CGROUP = 48,
	WIDTH_PROTO = 7,
	WIDTH_END = 26,
};

/* What names a row has; NULL and 0 = it has none. */
struct names {
	uint32_t pid, netns;
	const char *comm; /* of SKBT_COMM_LEN bytes, not ended */
	const char *netns_name, *cgroup;
	const struct skbt_ends *ends;
	bool others;
};

static void find_names(const struct top_env *env, const struct top_row *row, struct names *n)
{
	const struct cgroup_name *cgroup;
	enum top_by by = env->options->by;

	memset(n, 0, sizeof(*n));
	if (by == TOP_BY_PID || by == TOP_BY_CONN) {
		n->pid = row->pid;
		n->comm = row->comm;
	}
	if (by == TOP_BY_CONN)
		n->ends = &row->key.ends;
	if (by == TOP_BY_CONN || by == TOP_BY_NETNS) {
		n->netns = row->netns;
		n->netns_name =
			env->options->numeric ? NULL : netns_name(env->netns_names, row->netns);
	}
	if (by == TOP_BY_CGROUP) {
		cgroup = cgroups_find(env->cgroups, row->key.id);
		n->cgroup = cgroup ? cgroup->path : NULL;
	}
}

/* ---- text ---- */

/* Kilobytes of 1024, with a tenth; what is not 0 is not shown as 0. */
static void put_kb(struct linebuf *b, uint64_t bytes)
{
	uint64_t tenths = (bytes * 10 + 512) / 1024;
	char text[32];

	if (bytes && !tenths)
		tenths = 1;
	snprintf(text, sizeof(text), " %10llu.%llu", (unsigned long long)tenths / 10,
		 (unsigned long long)tenths % 10);
	lb_text(b, text);
}

static void put_heads(struct linebuf *b, enum top_by by)
{
	static const char *const heads[] = { "RX_KB", "TX_KB", "RXSUM_KB", "TXSUM_KB", "SUM_KB" };
	char text[32];
	size_t at = 0;

	if (by == TOP_BY_CONN) {
		lb_text(b, "PROTO");
		lb_pad_to(b, at += WIDTH_PROTO);
		lb_text(b, "LOCAL");
		lb_pad_to(b, at += WIDTH_END);
		lb_text(b, "REMOTE");
		lb_pad_to(b, at += WIDTH_END);
	}
	if (by == TOP_BY_PID || by == TOP_BY_CONN) {
		lb_text(b, "PID");
		lb_pad_to(b, at += WIDTH_PID);
		lb_text(b, "COMM");
		lb_pad_to(b, at + WIDTH_COMM);
	} else {
		lb_text(b, by == TOP_BY_NETNS ? "NETNS" : "CGROUP");
		lb_pad_to(b, by == TOP_BY_NETNS ? WIDTH_NETNS : WIDTH_CGROUP);
	}
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		snprintf(text, sizeof(text), " %12s", heads[i]);
		lb_text(b, text);
	}
}

static void put_end(struct linebuf *b, const struct skbt_ends *ends, const uint8_t *addr,
		    uint16_t port)
{
	if (ends->family == AF_INET6)
		lb_char(b, '[');
	lb_address(b, ends->family, addr);
	if (ends->family == AF_INET6)
		lb_char(b, ']');
	if (port) {
		lb_char(b, ':');
		lb_u64(b, port);
	}
}

static const char *proto_name(const struct skbt_ends *ends)
{
	return ends->proto == IPPROTO_MPTCP ? "MPTCP" : transport_name((uint8_t)ends->proto);
}

static void put_ends(struct linebuf *b, const struct skbt_ends *ends)
{
	lb_text(b, proto_name(ends));
	lb_pad_to(b, WIDTH_PROTO);
	put_end(b, ends, ends->laddr, ends->lport);
	lb_pad_to(b, WIDTH_PROTO + WIDTH_END);
	put_end(b, ends, ends->raddr, ends->rport);
	lb_pad_to(b, WIDTH_PROTO + 2 * WIDTH_END);
}

static void put_owner(struct linebuf *b, const struct names *n, size_t at)
{
	lb_u64(b, n->pid);
	lb_pad_to(b, at + WIDTH_PID);
	put_safe(b, n->comm, SKBT_COMM_LEN);
	lb_pad_to(b, at + WIDTH_PID + WIDTH_COMM);
}

static void put_names(const struct top_env *env, struct linebuf *b, const struct names *n)
{
	switch (env->options->by) {
	case TOP_BY_CONN:
		put_ends(b, n->ends);
		put_owner(b, n, WIDTH_PROTO + 2 * WIDTH_END);
		break;
	case TOP_BY_PID:
		put_owner(b, n, 0);
		break;
	case TOP_BY_NETNS:
		if (n->netns_name)
			put_safe(b, n->netns_name, strlen(n->netns_name));
		else
			lb_u64(b, n->netns);
		lb_pad_to(b, WIDTH_NETNS);
		break;
	case TOP_BY_CGROUP:
		if (n->cgroup)
			put_safe(b, n->cgroup, strlen(n->cgroup));
		else
			lb_char(b, '-');
		lb_pad_to(b, WIDTH_CGROUP);
		break;
	}
}

/* "-" and "(others)" in the places of the names. */
static void put_others(const struct top_env *env, struct linebuf *b)
{
	enum top_by by = env->options->by;

	if (by == TOP_BY_CONN) {
		lb_char(b, '-');
		lb_pad_to(b, WIDTH_PROTO);
		lb_char(b, '-');
		lb_pad_to(b, WIDTH_PROTO + WIDTH_END);
		lb_char(b, '-');
		lb_pad_to(b, WIDTH_PROTO + 2 * WIDTH_END);
	}
	if (by == TOP_BY_PID || by == TOP_BY_CONN) {
		lb_char(b, '-');
		lb_pad_to(b, lb_column(b) + WIDTH_PID - 1);
	}
	lb_text(b, "(others)");
	lb_pad_to(b, by == TOP_BY_CONN    ? WIDTH_PROTO + 2 * WIDTH_END + WIDTH_PID + WIDTH_COMM
		     : by == TOP_BY_PID   ? WIDTH_PID + WIDTH_COMM
		     : by == TOP_BY_NETNS ? WIDTH_NETNS
					  : WIDTH_CGROUP);
}

/* A line that the screen would break would push another one out of it. */
static int end_line(const struct top_env *env, struct linebuf *b)
{
	size_t columns = env->screen && env->columns > 0 ? (size_t)env->columns : SIZE_MAX;

	if (lb_column(b) > columns)
		b->len -= lb_column(b) - columns;
	return lb_end_line(b);
}

static int print_row(const struct top_env *env, struct linebuf *b, const struct top_row *row,
		     bool others)
{
	struct names n;

	if (others) {
		put_others(env, b);
	} else {
		find_names(env, row, &n);
		put_names(env, b, &n);
	}
	put_kb(b, row->rx);
	put_kb(b, row->tx);
	put_kb(b, row->rx_sum);
	put_kb(b, row->tx_sum);
	put_kb(b, row->rx_sum + row->tx_sum);
	return end_line(env, b);
}

/* "# 14:02:11 1.0 s: 3 processes, 12.0 KB received, 40.1 KB sent" */
static int print_head(const struct top_env *env, struct linebuf *b, const struct top_table *t,
		      const struct top_interval *i, size_t count)
{
	static const char *const what[] = { "process", "connection", "namespace", "cgroup" };
	const struct top_row *total = top_table_total(t);
	time_t seconds = (time_t)(i->wall_ns / 1000000000);
	enum top_by by = env->options->by;
	char text[160], clock[16];
	struct tm tm;
	int err;

	localtime_r(&seconds, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "# %s %.1f s: %zu %s%s, %.1f KB received, %.1f KB sent", clock,
		 i->ns / 1e9, count, what[by],
		 count == 1         ? ""
		 : by == TOP_BY_PID ? "es"
				    : "s",
		 total->rx / 1024.0, total->tx / 1024.0);
	lb_text(b, text);
	if (i->missed) {
		snprintf(text, sizeof(text), ", %llu calls missed", (unsigned long long)i->missed);
		lb_text(b, text);
	}
	err = end_line(env, b);
	put_heads(b, by);
	return err ? err : end_line(env, b);
}

static int print_text(const struct top_env *env, struct top_table *t, const struct top_interval *i)
{
	const struct top_row *others = top_table_others(t);
	const struct top_row *const *rows;
	size_t count, shown;
	struct linebuf b;
	int err;

	rows = top_table_sort(t, &count);
	shown = count;
	/* The head, the columns, the others, and the line of the cursor. */
	if (env->screen && env->lines > 5 && shown > (size_t)env->lines - 4)
		shown = (size_t)env->lines - 4;
	lb_init(&b, env->out);
	if (env->screen)
		lb_raw(&b, "\033[H\033[J");
	err = print_head(env, &b, t, i, count);
	for (size_t r = 0; r < shown && !err; r++)
		err = print_row(env, &b, rows[r], false);
	if (!err && (others->rx || others->tx || others->rx_sum || others->tx_sum))
		err = print_row(env, &b, others, true);
	if (!err && !env->screen)
		err = lb_end_line(&b);
	return err;
}

/* ---- JSON ---- */

/* ends NULL: a row is of more than one connection. */
static void put_json_ends(struct json *j, const struct skbt_ends *ends)
{
	static const struct skbt_ends none;
	const struct skbt_ends *e = ends ? ends : &none;

	json_put_string(j, "proto", ends ? proto_name(ends) : NULL);
	json_put_address(j, "laddr", e->family, e->laddr);
	json_put_u64_or_null(j, "lport", e->lport, e->lport);
	json_put_address(j, "raddr", e->family, e->raddr);
	json_put_u64_or_null(j, "rport", e->rport, e->rport);
}

static int print_json_row(const struct top_env *env, const struct top_interval *i,
			  const struct top_row *row, bool others)
{
	static const char *const by[] = { "pid", "conn", "netns", "cgroup" };
	struct names n = { 0 };
	struct linebuf line;
	struct json j = { .line = &line };

	lb_init(&line, env->out);
	if (!others)
		find_names(env, row, &n);
	json_begin_line(&j, "top", i->wall_ns);
	json_put_u64(&j, "interval_ns", i->ns);
	json_put_string(&j, "by", by[env->options->by]);
	json_key(&j, "others");
	json_bool(&j, others);
	json_put_u64_or_null(&j, "pid", n.pid, n.pid);
	json_key(&j, "comm");
	if (n.comm)
		json_string_n(&j, n.comm, strnlen(n.comm, SKBT_COMM_LEN));
	else
		json_null(&j);
	json_put_u64_or_null(&j, "netns", n.netns, n.netns);
	json_put_string(&j, "netns_name", n.netns_name);
	json_put_string(&j, "cgroup", n.cgroup);
	put_json_ends(&j, n.ends);
	json_put_u64(&j, "rx", row->rx);
	json_put_u64(&j, "tx", row->tx);
	json_put_u64(&j, "rx_sum", row->rx_sum);
	json_put_u64(&j, "tx_sum", row->tx_sum);
	json_end_object(&j);
	return lb_end_line(&line);
}

static int print_json(const struct top_env *env, struct top_table *t, const struct top_interval *i)
{
	const struct top_row *others = top_table_others(t);
	const struct top_row *const *rows;
	size_t count;
	int err = 0;

	rows = top_table_sort(t, &count);
	for (size_t r = 0; r < count && !err; r++)
		err = print_json_row(env, i, rows[r], false);
	if (!err && (others->rx || others->tx))
		err = print_json_row(env, i, others, true);
	return err;
}

static int print_json_summary(const struct top_env *env, const struct top_table *t,
			      const struct top_interval *last)
{
	const struct top_row *total = top_table_total(t), *others = top_table_others(t);
	struct linebuf line;
	struct json j = { .line = &line };

	lb_init(&line, env->out);
	json_begin_line(&j, "summary", last->wall_ns);
	json_put_u64(&j, "intervals", last->number);
	json_put_u64(&j, "rows", top_table_rows(t));
	json_put_u64(&j, "rx_sum", total->rx_sum);
	json_put_u64(&j, "tx_sum", total->tx_sum);
	json_put_u64(&j, "others_rx_sum", others->rx_sum);
	json_put_u64(&j, "others_tx_sum", others->tx_sum);
	json_put_u64(&j, "overflow", last->overflow_rows);
	json_put_u64(&j, "missed", last->missed);
	json_put_string(&j, "backend", env->backend);
	json_put_string(&j, "kernel", env->kernel);
	json_end_object(&j);
	return lb_end_line(&line);
}

/* ---- */

int top_print(const struct top_env *env, struct top_table *t, const struct top_interval *i)
{
	int err = env->options->json ? print_json(env, t, i) : print_text(env, t, i);

	if (!err && fflush(env->out))
		err = -errno;
	return err;
}

int top_print_summary(const struct top_env *env, const struct top_table *t,
		      const struct top_interval *last)
{
	const struct top_row *total = top_table_total(t), *others = top_table_others(t);
	int err = 0;

	if (env->options->json) {
		err = print_json_summary(env, t, last);
		return !err && fflush(env->out) ? -errno : err;
	}
	fprintf(stderr, "%llu bytes received, %llu bytes sent, in %llu interval%s",
		(unsigned long long)total->rx_sum, (unsigned long long)total->tx_sum,
		(unsigned long long)last->number, last->number == 1 ? "" : "s");
	if (others->rx_sum || others->tx_sum)
		fprintf(stderr, "; (others): %llu bytes of more rows than there is room for",
			(unsigned long long)(others->rx_sum + others->tx_sum));
	if (last->missed)
		fprintf(stderr, "; %llu calls missed: the true sums are higher",
			(unsigned long long)last->missed);
	fputc('\n', stderr);
	return 0;
}
