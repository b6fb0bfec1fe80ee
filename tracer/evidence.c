/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread of its own looks things up, because setns(2) moves a thread and because the reader must
 * not wait for long: it waits PATIENCE_NS, and what comes later is there for the next such drop.
 * What was found is good for FRESH_NS for all drops that ask the same. Waiting may take a fifth of
 * the reader's time (SHARE), saved up to CREDIT_NS; beyond that there is no evidence.
 */
#include "evidence.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "evidence_impl.h"
#include "netns_enter.h"
#include "netns_names.h"
#include "verdict_names.h"

enum {
	ANSWERS = 32,   /* kept */
	VERDICTS = 256, /* packets whose last firewall verdict is remembered */
	SHARE = 5,
	PATIENCE_NS = 600000000,
	FRESH_NS = 1000000000,
	CREDIT_NS = 1000000000,
	GONE_NS = 1000000000, /* how long a namespace that was not found is not looked for again */
	ETHERNET_ADDRESS = 6,
};

struct answer {
	struct question question;
	uint64_t at; /* 0 = empty */
	struct evidence_list list;
};

struct remembered {
	uint64_t packet;
	struct skbt_verdict verdict;
};

struct evidence {
	struct answer answers[ANSWERS];
	struct remembered verdicts[VERDICTS];
	uint64_t credit, credited_at;
	struct answer given; /* what evidence_gather() returned last */

	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t asked, answered;
	bool busy, stop;
	struct answer work; /* the thread's while it is busy */
	uint32_t tid;
	int home; /* the namespace that the thread came from */
	uint32_t home_inode;
	uint32_t gone;    /* a namespace that was not found, */
	uint64_t gone_at; /* and when */
};

static const struct {
	const char *name;
	evidence_fn *look_up;
} kinds[EVIDENCE_KINDS] = {
	[EVIDENCE_MAC] = { "mac", evidence_mac },
	[EVIDENCE_RPFILTER] = { "rp_filter", evidence_rp_filter },
	[EVIDENCE_ROUTE] = { "route", evidence_route },
	[EVIDENCE_NEIGH] = { "neighbour", evidence_neighbour },
	[EVIDENCE_MTU] = { "mtu", evidence_mtu },
	[EVIDENCE_RCVBUF] = { "receive_buffer", evidence_receive_buffer },
	[EVIDENCE_FORWARDING] = { "forwarding", evidence_forwarding },
	[EVIDENCE_RULE] = { "rule", evidence_rule },
	[EVIDENCE_TC] = { "tc", evidence_tc },
	[EVIDENCE_QDISC] = { "qdisc", evidence_qdisc },
	[EVIDENCE_LISTENERS] = { "listeners", evidence_listeners },
	[EVIDENCE_BRIDGE_PORT] = { "bridge_port", evidence_bridge_port },
	[EVIDENCE_LINK] = { "link", evidence_link },
	[EVIDENCE_XDP] = { "xdp", evidence_xdp },
	[EVIDENCE_CONNECTION] = { "connection", evidence_connection },
	[EVIDENCE_MEMORY] = { "memory", evidence_memory },
};

const char *evidence_name(enum evidence_kind kind)
{
	return kinds[kind].name;
}

/* ---- what look-ups write with ---- */

/* Names and rules are whatever somebody called them: nothing in them may move the cursor. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

void evidence_text(struct evidence_item *item, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(item->text, sizeof(item->text), format, args);
	va_end(args);
	make_printable(item->text);
}

static struct evidence_value *new_value(struct evidence_item *item, const char *name)
{
	static struct evidence_value none;
	struct evidence_value *v = &none;

	if (item->value_count < EVIDENCE_VALUES)
		v = &item->values[item->value_count++];
	v->name = name;
	return v;
}

void evidence_number(struct evidence_item *item, const char *name, int64_t number)
{
	struct evidence_value *v = new_value(item, name);

	v->number = number;
	v->text[0] = '\0';
}

void evidence_word(struct evidence_item *item, const char *name, const char *text)
{
	struct evidence_value *v;

	if (!*text)
		return;
	v = new_value(item, name);
	snprintf(v->text, sizeof(v->text), "%s", text);
	make_printable(v->text);
}

const char *evidence_address(int family, const uint8_t *addr, char *text)
{
	if (!family || !inet_ntop(family, addr, text, EVIDENCE_WORD))
		strcpy(text, "-");
	return text;
}

const char *evidence_mac_text(const uint8_t *mac, char *text)
{
	snprintf(text, EVIDENCE_WORD, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return text;
}

/* The name of an interface may hold a dot, as eth0.5, but no slash: so paths, not sysctl names. */
bool evidence_sysctl(const char *format, const char *ifname, int64_t *value)
{
	char path[128] = "/proc/sys/net/", text[32];
	size_t at = strlen(path), len = strcspn(format, "%");
	ssize_t n;
	int fd;

	snprintf(path + at, sizeof(path) - at, "%.*s%s%s", (int)len, format,
		 format[len] ? ifname : "", format[len] ? format + len + 2 : "");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	*value = strtoll(text, NULL, 10);
	return true;
}

/* ---- the thread ---- */

static bool known_to_be_gone(const struct evidence *e, uint32_t inode, uint64_t now)
{
	return e->gone == inode && now - e->gone_at < GONE_NS;
}

static void look_up(struct answer *a)
{
	for (int kind = 0; kind < EVIDENCE_KINDS && a->list.count < EVIDENCE_ITEMS; kind++) {
		struct evidence_item *item = &a->list.items[a->list.count];

		if (!(a->question.kinds & 1U << kind) || !kinds[kind].look_up)
			continue;
		memset(item, 0, sizeof(*item));
		item->kind = kind;
		if (kinds[kind].look_up(&a->question, item))
			a->list.count++;
	}
}

/* It does not stay there: a thread inside keeps a namespace alive. */
static void look_up_there(struct evidence *e, struct answer *a)
{
	int fd;

	a->list.count = 0;
	if (known_to_be_gone(e, a->question.netns, clock_now()))
		return;
	fd = netns_open(a->question.netns, a->question.pid);
	if (fd < 0) {
		e->gone = a->question.netns;
		e->gone_at = clock_now();
		return;
	}
	if (a->question.netns == e->home_inode) {
		look_up(a);
	} else if (!setns(fd, CLONE_NEWNET)) {
		look_up(a);
		/* Cannot fail: it was possible to leave. */
		setns(e->home, CLONE_NEWNET);
	}
	close(fd);
}

static void *work(void *arg)
{
	struct evidence *e = arg;

	pthread_mutex_lock(&e->lock);
	e->tid = gettid();
	pthread_cond_signal(&e->answered);
	pthread_mutex_unlock(&e->lock);
	evidence_sockets_prepare();
	pthread_mutex_lock(&e->lock);
	while (!e->stop) {
		if (!e->busy) {
			pthread_cond_wait(&e->asked, &e->lock);
			continue;
		}
		pthread_mutex_unlock(&e->lock);
		look_up_there(e, &e->work);
		pthread_mutex_lock(&e->lock);
		e->work.at = clock_now();
		e->busy = false;
		pthread_cond_signal(&e->answered);
	}
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

static int start(struct evidence *e)
{
	pthread_condattr_t attr;
	sigset_t all, before;
	int err;

	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->asked, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&e->answered, &attr);
	pthread_condattr_destroy(&attr);
	/* Signals are for the main thread, whose waiting they interrupt. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&e->thread, NULL, work, e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		return err;
	pthread_mutex_lock(&e->lock);
	while (!e->tid)
		pthread_cond_wait(&e->answered, &e->lock);
	pthread_mutex_unlock(&e->lock);
	return 0;
}

struct evidence *evidence_new(void)
{
	struct evidence *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->credit = CREDIT_NS;
	e->credited_at = clock_now();
	e->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	netns_inode_of("/proc/self/ns/net", &e->home_inode);
	if (e->home >= 0 && !start(e))
		return e;
	if (e->home >= 0)
		close(e->home);
	free(e);
	return NULL;
}

uint32_t evidence_thread(const struct evidence *e)
{
	return e->tid;
}

void evidence_free(struct evidence *e)
{
	if (!e)
		return;
	pthread_mutex_lock(&e->lock);
	e->stop = true;
	pthread_cond_signal(&e->asked);
	pthread_mutex_unlock(&e->lock);
	pthread_join(e->thread, NULL);
	pthread_mutex_destroy(&e->lock);
	pthread_cond_destroy(&e->asked);
	pthread_cond_destroy(&e->answered);
	close(e->home);
	free(e);
}

/* ---- the reader's side ---- */

void evidence_note(struct evidence *e, const struct event *ev)
{
	const struct skbt_verdict *v = ev->verdict;
	struct remembered *r = &e->verdicts[ev->rec->packet_id % VERDICTS];
	const char *name;

	if (!v || !ev->rec->packet_id || v->kind != SKBT_VERDICT_NF)
		return;
	name = verdict_name(v);
	if (!name || strcmp(name, "DROP") != 0)
		return;
	r->packet = ev->rec->packet_id;
	r->verdict = *v;
}

const struct skbt_verdict *evidence_verdict(const struct evidence *e, const struct event *drop)
{
	const struct remembered *r = &e->verdicts[drop->rec->packet_id % VERDICTS];

	if (!(drop->why.evidence & 1U << EVIDENCE_RULE) || !drop->rec->packet_id ||
	    r->packet != drop->rec->packet_id)
		return NULL;
	return &r->verdict;
}

static void put_verdict(const struct event *ev, struct question *q)
{
	if (!ev->rule)
		return;
	q->has_verdict = true;
	q->verdict = *ev->rule;
	q->verdict.entered = 0; /* the same rule is the same question */
}

static uint8_t ip_protocol(const char *name)
{
	static const struct {
		const char *name;
		uint8_t number;
	} known[] = {
		{ "TCP", IPPROTO_TCP },
		{ "UDP", IPPROTO_UDP },
		{ "ICMP", IPPROTO_ICMP },
		{ "ICMP6", IPPROTO_ICMPV6 },
	};

	for (size_t i = 0; name && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(name, known[i].name) == 0)
			return known[i].number;
	return 0;
}

static void put_packet(const struct event *ev, struct question *q)
{
	const struct packet *p = &ev->packet;
	bool connection = q->kinds & (1U << EVIDENCE_CONNECTION | 1U << EVIDENCE_RCVBUF);

	q->family = p->family;
	memcpy(q->src, p->src, sizeof(q->src));
	memcpy(q->dst, p->dst, sizeof(q->dst));
	q->ip_protocol = ip_protocol(p->proto);
	if (!p->has_ports)
		return;
	if (q->ip_protocol == IPPROTO_TCP || q->ip_protocol == IPPROTO_UDP)
		q->protocol = q->ip_protocol;
	/* A flood from many ports asks the same, unless it is about connections. */
	q->sport = connection || q->has_verdict ? p->sport : 0;
	q->dport = p->dport;
}

static void put_place(const struct event *ev, struct question *q)
{
	const struct skbt_record *rec = ev->rec;

	q->netns = rec->netns;
	q->ifindex = rec->ifindex;
	snprintf(q->ifname, sizeof(q->ifname), "%.*s", (int)sizeof(rec->ifname), rec->ifname);
	q->mark = rec->mark;
	q->outgoing = rec->pkt_type == 4; /* PACKET_OUTGOING */
	if (rec->start == SKBT_L2 && rec->caplen >= ETHERNET_ADDRESS) {
		q->has_mac = true;
		memcpy(q->mac, rec->bytes, ETHERNET_ADDRESS);
	}
	if (q->kinds & (1U << EVIDENCE_MTU))
		q->len = rec->len;
	if (rec->context == SKBT_TASK)
		q->pid = rec->pid;
	if (rec->route.ifindex) {
		q->out_ifindex = rec->route.ifindex;
		q->gateway_family = rec->route.gw_family;
		memcpy(q->gateway, rec->route.gateway, sizeof(q->gateway));
	}
}

static struct answer *find(struct evidence *e, const struct question *q, uint64_t now)
{
	for (int i = 0; i < ANSWERS; i++) {
		struct answer *a = &e->answers[i];

		if (a->at && now - a->at < FRESH_NS && memcmp(&a->question, q, sizeof(*q)) == 0)
			return a;
	}
	return NULL;
}

static struct answer *oldest(struct evidence *e)
{
	struct answer *best = &e->answers[0];

	for (int i = 1; i < ANSWERS; i++)
		if (e->answers[i].at < best->at)
			best = &e->answers[i];
	return best;
}

/* Takes over what the thread has found, if it has. Called with the lock. */
static void collect(struct evidence *e)
{
	if (e->busy || !e->work.at)
		return;
	*oldest(e) = e->work;
	e->work.at = 0;
}

static void ask(struct evidence *e, const struct question *q, uint64_t now)
{
	uint64_t until = now + PATIENCE_NS;
	struct timespec ts = { .tv_sec = until / 1000000000, .tv_nsec = until % 1000000000 };
	int err = 0;

	pthread_mutex_lock(&e->lock);
	collect(e);
	if (!e->busy) {
		memcpy(&e->work.question, q, sizeof(*q));
		e->busy = true;
		pthread_cond_signal(&e->asked);
		while (e->busy && !err)
			err = pthread_cond_timedwait(&e->answered, &e->lock, &ts);
		collect(e);
	}
	pthread_mutex_unlock(&e->lock);
}

static bool has_credit(struct evidence *e, uint64_t now)
{
	e->credit += (now - e->credited_at) / SHARE;
	if (e->credit > CREDIT_NS)
		e->credit = CREDIT_NS;
	e->credited_at = now;
	return e->credit;
}

static void spend(struct evidence *e, uint64_t since)
{
	uint64_t spent = clock_now() - since;

	e->credit = spent < e->credit ? e->credit - spent : 0;
}

const struct evidence_list *evidence_gather(struct evidence *e, const struct event *ev)
{
	uint64_t now = clock_now();
	struct question q;
	struct answer *a;

	memset(&q, 0, sizeof(q));
	q.kinds = ev->why.evidence;
	if (!q.kinds || !ev->rec->netns)
		return NULL;
	put_verdict(ev, &q);
	put_packet(ev, &q);
	put_place(ev, &q);
	a = find(e, &q, now);
	if (!a && has_credit(e, now)) {
		ask(e, &q, now);
		spend(e, now);
		a = find(e, &q, clock_now());
	}
	if (!a || !a->list.count)
		return NULL;
	e->given = *a;
	return &e->given.list;
}
