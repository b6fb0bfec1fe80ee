/* SPDX-License-Identifier: GPL-2.0-only */
#include "listen_output.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "decode.h"
#include "json_writer.h"
#include "netns_names.h"
#include "text_fields.h"

enum {
	AT_PID = 17,
	AT_COMM = 25,
	AT_FAMILY = 42,
	AT_PROTO = 49,
	AT_ADDRESS = 56,
	AT_PORT = 82,
	AT_BACKLOG = 89,
	AT_NETNS = 98,
	AT_CMDLINE = 122,
};

static const char *family_name(const struct skbt_ends *ends)
{
	return ends->family == AF_INET ? "IPv4" : "IPv6";
}

static const char *proto_name(const struct skbt_ends *ends)
{
	return ends->proto == IPPROTO_MPTCP ? "MPTCP" : transport_name((uint8_t)ends->proto);
}

static const char *name_of_netns(const struct listen_env *env, uint32_t inode)
{
	return env->options->numeric ? NULL : netns_name(env->netns_names, inode);
}

/* ---- text ---- */

static void put_time(const struct listen_env *env, struct linebuf *b, const struct listen_event *ev)
{
	time_t second = (time_t)(ev->wall_ns / 1000000000);
	char text[16];
	struct tm tm;

	if (ev->existing) {
		lb_text(b, "before");
		return;
	}
	localtime_r(&second, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	lb_text(b, text);
	if (env->options->time_style == TIME_SECONDS)
		return;
	lb_microseconds(b, ev->wall_ns);
}

/* "router/4026532201"; the number alone where there is no name. */
static void put_where(const struct listen_env *env, struct linebuf *b, uint32_t inode)
{
	const char *name = name_of_netns(env, inode);

	if (name) {
		put_safe(b, name, strlen(name));
		lb_char(b, '/');
	}
	lb_u64(b, inode);
}

static void put_address(struct linebuf *b, const struct listen_event *ev)
{
	lb_address(b, ev->socket->ends.family, ev->socket->ends.laddr);
	if (*ev->ifname) {
		lb_char(b, '%');
		put_safe(b, ev->ifname, SKBT_IFNAME_LEN);
	}
}

static int print_text(const struct listen_env *env, const struct listen_event *ev)
{
	const struct skbt_listener *l = ev->socket;
	struct linebuf b;

	lb_init(&b, env->out);
	put_time(env, &b, ev);
	lb_pad_to(&b, AT_PID);
	if (l->pid)
		lb_u64(&b, l->pid);
	else
		lb_char(&b, '-');
	lb_pad_to(&b, AT_COMM);
	put_safe(&b, l->comm, sizeof(l->comm));
	lb_pad_to(&b, AT_FAMILY);
	lb_text(&b, family_name(&l->ends));
	lb_pad_to(&b, AT_PROTO);
	lb_text(&b, proto_name(&l->ends));
	lb_pad_to(&b, AT_ADDRESS);
	put_address(&b, ev);
	lb_pad_to(&b, AT_PORT);
	lb_u64(&b, l->ends.lport);
	lb_pad_to(&b, AT_BACKLOG);
	if (l->ends.proto == IPPROTO_UDP)
		lb_char(&b, '-');
	else
		lb_u64(&b, l->backlog);
	lb_pad_to(&b, AT_NETNS);
	put_where(env, &b, l->netns);
	lb_pad_to(&b, AT_CMDLINE);
	put_words(&b, ev->cmdline ? ev->cmdline : "-");
	return lb_end_line(&b);
}

int listen_print_head(const struct listen_env *env)
{
	static const struct {
		size_t at;
		const char *text;
	} heads[] = { { 0, "TIME" },         { AT_PID, "PID" },
		      { AT_COMM, "COMM" },   { AT_FAMILY, "FAMILY" },
		      { AT_PROTO, "PROTO" }, { AT_ADDRESS, "ADDRESS" },
		      { AT_PORT, "PORT" },   { AT_BACKLOG, "BACKLOG" },
		      { AT_NETNS, "NETNS" }, { AT_CMDLINE, "CMDLINE" } };
	struct linebuf b;

	if (env->options->json)
		return 0;
	lb_init(&b, env->out);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (heads[i].at)
			lb_pad_to(&b, heads[i].at);
		lb_text(&b, heads[i].text);
	}
	return lb_end_line(&b);
}

/* ---- JSON ---- */

static int print_json(const struct listen_env *env, const struct listen_event *ev)
{
	const struct skbt_listener *l = ev->socket;
	struct linebuf line;
	struct json j = { .line = &line };

	lb_init(&line, env->out);
	json_begin_line(&j, "listen", ev->wall_ns);
	json_key(&j, "existing");
	json_bool(&j, ev->existing);
	json_put_u64_or_null(&j, "pid", l->pid, l->pid);
	json_key(&j, "comm");
	if (l->pid)
		json_string_n(&j, l->comm, strnlen(l->comm, sizeof(l->comm)));
	else
		json_null(&j);
	json_put_string(&j, "cmdline", ev->cmdline);
	json_put_string(&j, "family", family_name(&l->ends));
	json_put_string(&j, "proto", proto_name(&l->ends));
	json_put_address(&j, "addr", l->ends.family, l->ends.laddr);
	json_put_u64(&j, "port", l->ends.lport);
	json_put_u64_or_null(&j, "backlog", l->ends.proto != IPPROTO_UDP, l->backlog);
	json_put_string(&j, "ifname", *ev->ifname ? ev->ifname : NULL);
	json_put_u64(&j, "netns", l->netns);
	json_put_string(&j, "netns_name", name_of_netns(env, l->netns));
	json_put_u64_or_null(&j, "inode", l->inode, l->inode);
	json_end_object(&j);
	return lb_end_line(&line);
}

int listen_print(const struct listen_env *env, const struct listen_event *ev)
{
	return env->options->json ? print_json(env, ev) : print_text(env, ev);
}

int listen_print_summary(const struct listen_env *env, const struct listen_counts *counts,
			 uint64_t wall_ns)
{
	struct linebuf line;
	struct json j = { .line = &line };

	if (!env->options->json) {
		fprintf(stderr, "%llu sockets were there, %llu came%s",
			(unsigned long long)counts->existing, (unsigned long long)counts->added,
			counts->lost ? "; " : "\n");
		if (counts->lost)
			fprintf(stderr, "%llu more were lost\n", (unsigned long long)counts->lost);
		return 0;
	}
	lb_init(&line, env->out);
	json_begin_line(&j, "summary", wall_ns);
	json_put_u64(&j, "existing", counts->existing);
	json_put_u64(&j, "new", counts->added);
	json_put_u64(&j, "lost", counts->lost);
	json_put_string(&j, "kernel", env->kernel);
	json_end_object(&j);
	return lb_end_line(&line);
}
