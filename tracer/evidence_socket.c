/* SPDX-License-Identifier: GPL-2.0-only */
/* Evidence about sockets, from sock_diag(7) as ss(8) reads it. */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "evidence_impl.h"
#include "netlink.h"

enum {
	SHOWN = 3, /* sockets named in a text */
	JUST_OPS = 2,
};

/* What is read of one socket; addresses and ports as the kernel has them, the local ones first. */
struct found {
	uint8_t family, state;
	uint16_t port, peer_port;
	uint8_t addr[16], peer[16];
	uint32_t queue, limit; /* of a listening socket: waiting connections and their limit */
	uint32_t inode;
	bool has_memory;
	uint32_t memory[SK_MEMINFO_VARS];
};

struct sockets {
	const struct question *q;
	struct found list[SHOWN];
	unsigned int count; /* of all, also those not in the list */
	bool whose;         /* only the one that such a packet belongs to */
	unsigned int rank;  /* of list[0], if whose */
};

static bool is_zero(const uint8_t *addr)
{
	static const uint8_t none[16];

	return memcmp(addr, none, sizeof(none)) == 0;
}

/* An IPv4 address as sockets of IPv6 have it. */
static void map_to_six(const uint8_t *four, uint8_t *six)
{
	memset(six, 0, 10);
	memset(six + 10, 0xff, 2);
	memcpy(six + 12, four, 4);
}

static bool has_address(const struct found *f, const uint8_t *have, int family, const uint8_t *addr)
{
	uint8_t six[16];

	if (f->family == family)
		return memcmp(have, addr, family == AF_INET6 ? 16 : 4) == 0;
	if (f->family != AF_INET6)
		return false;
	map_to_six(addr, six);
	return memcmp(have, six, sizeof(six)) == 0;
}

/* How well a socket fits the packet: 0 = not at all. */
static unsigned int rank_of(const struct question *q, const struct found *f)
{
	bool bound = has_address(f, f->addr, q->family, q->dst);

	if (!bound && !is_zero(f->addr))
		return 0;
	if (!f->peer_port)
		return 1 + bound;
	return f->peer_port == q->sport && has_address(f, f->peer, q->family, q->src) ? 4 : 0;
}

static void read_socket(const struct nlmsghdr *h, struct found *f)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;

	f->family = m->idiag_family;
	f->state = m->idiag_state;
	f->port = ntohs(m->id.idiag_sport);
	f->peer_port = ntohs(m->id.idiag_dport);
	memcpy(f->addr, m->id.idiag_src, sizeof(f->addr));
	memcpy(f->peer, m->id.idiag_dst, sizeof(f->peer));
	f->queue = m->idiag_rqueue;
	f->limit = m->idiag_wqueue;
	f->inode = m->idiag_inode;
	mnl_attr_for_each(a, h, sizeof(*m))
	{
		size_t len = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) != INET_DIAG_SKMEMINFO)
			continue;
		if (len > sizeof(f->memory))
			len = sizeof(f->memory);
		memcpy(f->memory, mnl_attr_get_payload(a), len);
		f->has_memory = true;
	}
}

static int take_socket(const struct nlmsghdr *h, void *ctx)
{
	struct sockets *s = ctx;
	struct found f = { 0 };
	unsigned int rank;

	read_socket(h, &f);
	/* Filters cannot be trusted alike in all families. */
	if (f.port != s->q->dport)
		return MNL_CB_OK;
	rank = s->whose ? rank_of(s->q, &f) : 0;
	if (s->whose && rank > s->rank) {
		s->list[0] = f;
		s->rank = rank;
		s->count = 1;
	} else if (!s->whose) {
		if (s->count < SHOWN)
			s->list[s->count] = f;
		s->count++;
	}
	return MNL_CB_OK;
}

/* A condition on a port is two comparisons; each is an operation and, behind it, its port. */
static unsigned int put_port(struct inet_diag_bc_op *op, unsigned char at_least,
			     unsigned char at_most, uint16_t port, unsigned int left)
{
	const unsigned char codes[] = { at_least, at_most };
	const unsigned int size = JUST_OPS * sizeof(*op);

	for (unsigned int i = 0; i < JUST_OPS; i++, left -= size) {
		/* "no" leads behind the end, which means that the socket does not fit. */
		op[2 * i] = (struct inet_diag_bc_op){ codes[i], size, left + 4 };
		op[2 * i + 1] = (struct inet_diag_bc_op){ .no = port };
	}
	return 2 * JUST_OPS;
}

static int ask(struct sockets *s, int family, uint32_t states, bool with_peer)
{
	struct inet_diag_bc_op ops[8];
	struct netlink_request request;
	struct inet_diag_req_v2 *r = netlink_begin(&request, SOCK_DIAG_BY_FAMILY, true, sizeof(*r));
	unsigned int size = (with_peer ? 8 : 4) * sizeof(ops[0]), n;

	r->sdiag_family = family;
	r->sdiag_protocol = s->q->protocol;
	r->idiag_states = states;
	r->idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1);
	n = put_port(ops, INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE, s->q->dport, size);
	if (with_peer)
		put_port(ops + n, INET_DIAG_BC_D_GE, INET_DIAG_BC_D_LE, s->q->sport,
			 size - n * sizeof(ops[0]));
	mnl_attr_put(&request.header, INET_DIAG_REQ_BYTECODE, size, ops);
	return netlink_ask(NETLINK_SOCK_DIAG, &request, take_socket, s);
}

/* Sockets of IPv6 get packets of IPv4 too. */
static bool ask_families(struct sockets *s, uint32_t states, bool with_peer)
{
	bool answered = false;

	if (s->q->family == AF_INET)
		answered |= ask(s, AF_INET, states, with_peer) == 0;
	answered |= ask(s, AF_INET6, states, with_peer) == 0;
	return answered;
}

void evidence_sockets_prepare(void)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP };

	for (size_t i = 0; i < sizeof(protocols); i++) {
		struct question q = { .protocol = protocols[i], .family = AF_INET };
		struct sockets s = { .q = &q };

		ask(&s, AF_INET, 1U << TCP_LISTEN, false);
	}
}

static const char *protocol_name(const struct question *q)
{
	return q->protocol == IPPROTO_TCP ? "TCP" : "UDP";
}

/* Before a port: "10.0.0.1:", "[::1]:", "*:" */
static void put_local(const struct found *f, char *text, size_t size)
{
	char addr[EVIDENCE_WORD];

	if (is_zero(f->addr))
		snprintf(text, size, "*:%u", f->port);
	else
		snprintf(text, size, f->family == AF_INET6 ? "[%s]:%u" : "%s:%u",
			 evidence_address(f->family, f->addr, addr), f->port);
}

bool evidence_listeners(const struct question *q, struct evidence_item *item)
{
	struct sockets s = { .q = q };
	char list[EVIDENCE_TEXT / 2] = "", one[EVIDENCE_WORD + 8];
	size_t used = 0;

	if (!q->protocol || !q->family ||
	    !ask_families(&s, q->protocol == IPPROTO_TCP ? 1U << TCP_LISTEN : ~0U, false))
		return false;
	evidence_number(item, "sockets", s.count);
	if (!s.count) {
		evidence_text(item, "no %s socket %s port %u in this namespace", protocol_name(q),
			      q->protocol == IPPROTO_TCP ? "listens on" : "has", q->dport);
		return true;
	}
	for (unsigned int i = 0; i < s.count && i < SHOWN && used < sizeof(list); i++) {
		put_local(&s.list[i], one, sizeof(one));
		used += snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "", one);
	}
	evidence_text(item, "%s sockets on port %u: %s%s", protocol_name(q), q->dport, list,
		      s.count > SHOWN ? ", ..." : "");
	put_local(&s.list[0], one, sizeof(one));
	evidence_word(item, "local", one);
	return true;
}

bool evidence_receive_buffer(const struct question *q, struct evidence_item *item)
{
	struct sockets s = { .q = q, .whose = true };
	const struct found *f = &s.list[0];
	char local[EVIDENCE_WORD + 8];

	if (!q->protocol || !q->family || !ask_families(&s, ~0U, false) || !s.count ||
	    !f->has_memory)
		return false;
	put_local(f, local, sizeof(local));
	evidence_text(item, "receive buffer of %s: %u of %u B used, %u packets dropped so far",
		      local, f->memory[SK_MEMINFO_RMEM_ALLOC], f->memory[SK_MEMINFO_RCVBUF],
		      f->memory[SK_MEMINFO_DROPS]);
	evidence_number(item, "used", f->memory[SK_MEMINFO_RMEM_ALLOC]);
	evidence_number(item, "limit", f->memory[SK_MEMINFO_RCVBUF]);
	evidence_number(item, "drops", f->memory[SK_MEMINFO_DROPS]);
	evidence_number(item, "inode", f->inode);
	evidence_word(item, "local", local);
	return true;
}

static const char *tcp_state(uint8_t state)
{
	static const char *const names[] = {
		NULL,        "ESTABLISHED", "SYN_SENT",     "SYN_RECV",   "FIN_WAIT1",
		"FIN_WAIT2", "TIME_WAIT",   "CLOSE",        "CLOSE_WAIT", "LAST_ACK",
		"LISTEN",    "CLOSING",     "NEW_SYN_RECV",
	};

	return state < sizeof(names) / sizeof(names[0]) && names[state] ? names[state] : "unknown";
}

bool evidence_connection(const struct question *q, struct evidence_item *item)
{
	struct sockets s = { .q = q, .whose = true };
	const struct found *f = &s.list[0];
	char local[EVIDENCE_WORD + 8];

	if (q->protocol != IPPROTO_TCP || !q->family)
		return false;
	if (!ask_families(&s, ~(1U << TCP_LISTEN), true))
		return false;
	if (!s.count)
		ask_families(&s, 1U << TCP_LISTEN, false);
	if (!s.count) {
		evidence_text(item, "no such connection, and no socket listens on port %u",
			      q->dport);
		return true;
	}
	put_local(f, local, sizeof(local));
	evidence_word(item, "state", tcp_state(f->state));
	evidence_word(item, "local", local);
	evidence_number(item, "receive_queue", f->queue);
	if (f->state == TCP_LISTEN) {
		evidence_text(item, "%s listens, %u of %u connections wait for accept()", local,
			      f->queue, f->limit);
		evidence_number(item, "limit", f->limit);
	} else {
		evidence_text(item, "connection of %s: %s, %u B to be read", local,
			      tcp_state(f->state), f->queue);
	}
	return true;
}

/* /proc/net/sockstat has pages in use, behind "mem"; the limits are three numbers of pages. */
bool evidence_memory(const struct question *q, struct evidence_item *item)
{
	FILE *f = fopen("/proc/thread-self/net/sockstat", "re");
	const char *name = protocol_name(q), *mem;
	long long used = -1, limits[3] = { -1, -1, -1 };
	char line[256];

	if (!q->protocol || !f)
		goto out;
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, 3) && line[3] == ':' && (mem = strstr(line, " mem ")))
			sscanf(mem, " mem %lld", &used);
	fclose(f);
	f = fopen(q->protocol == IPPROTO_TCP ? "/proc/sys/net/ipv4/tcp_mem"
					     : "/proc/sys/net/ipv4/udp_mem",
		  "re");
	if (!f || fscanf(f, "%lld %lld %lld", &limits[0], &limits[1], &limits[2]) != 3)
		used = -1;
out:
	if (f)
		fclose(f);
	if (used < 0)
		return false;
	evidence_text(item, "memory of %s sockets: %lld pages used, pressure at %lld, limit %lld",
		      name, used, limits[1], limits[2]);
	evidence_number(item, "pages", used);
	evidence_number(item, "pressure", limits[1]);
	evidence_number(item, "limit", limits[2]);
	return true;
}
