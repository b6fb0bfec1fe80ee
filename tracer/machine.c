/* SPDX-License-Identifier: GPL-2.0-only */
#include "machine.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "filters.h"
#include "source_lines.h"
#include "suggest.h"

static int check_privilege(struct error *e)
{
	char missing[128];

	if (!missing_capabilities(missing, sizeof(missing)))
		return 0;
	return error_set(e, EXIT_PRIVILEGE, -EPERM,
			 "tracing needs privileges that this process lacks: %s; run it with sudo",
			 missing);
}

/* Each name of --module has to be loaded: otherwise it would silently choose nothing. */
static int check_modules(const struct ksyms *symbols, const struct options *o, struct error *e)
{
	char name[64];

	for (size_t i = 0; i < o->module_count; i++) {
		for (const char *at = o->modules[i]; *at; at += *at == ',') {
			size_t len = strcspn(at, ",");

			snprintf(name, sizeof(name), "%.*s", (int)len, at);
			at += len;
			if (strcmp(name, "vmlinux") != 0 && !ksyms_has_module(symbols, name))
				return error_set(e, EXIT_KERNEL, -ENOENT,
						 "no module \"%s\" is loaded (what is built in "
						 "belongs to \"vmlinux\")",
						 name);
		}
	}
	return 0;
}

static int open_symbols(struct machine *m, struct error *e)
{
	int err = ksyms_open(NULL, &m->symbols);

	if (err == -EPERM)
		return error_set(e, EXIT_KERNEL, err,
				 "the kernel hides its symbol addresses (kernel.kptr_restrict); "
				 "run: sysctl kernel.kptr_restrict=1");
	if (err)
		return error_set(e, EXIT_KERNEL, err, "cannot read /proc/kallsyms: %s",
				 strerror(-err));
	m->sources = source_lines_new(m->symbols);
	return 0;
}

static int open_btf(struct kernel_btf **kb, struct error *e)
{
	int err = kernel_btf_open(NULL, kb);

	if (err == -ENOENT)
		return error_set(e, EXIT_KERNEL, err,
				 "this kernel has no type information (/sys/kernel/btf/vmlinux); "
				 "use one built with CONFIG_DEBUG_INFO_BTF");
	if (err)
		return error_set(e, EXIT_KERNEL, err,
				 "cannot read the kernel's type information (/sys/kernel/btf): %s",
				 strerror(-err));
	return 0;
}

/* --drops needs no probes, unless it has to know whose sockets are whose. */
static bool traces_functions(const struct options *o)
{
	return !o->drops || o->pid;
}

static int check_basics(const struct kernel_features *f, struct error *e)
{
	if (f->lockdown == LOCKDOWN_CONFIDENTIALITY)
		return error_set(
			e, EXIT_KERNEL, -EPERM,
			"kernel lockdown is in confidentiality mode, which forbids reading "
			"kernel memory; boot with lockdown=integrity or without lockdown");
	if (!f->has_ringbuf)
		return error_set(e, EXIT_KERNEL, -EOPNOTSUPP,
				 "this kernel has no BPF ring buffer; it needs 5.8 or newer");
	return 0;
}

static int check_backends(const struct kernel_features *f, const struct options *o, struct error *e)
{
	if (o->backend == BACKEND_KPROBE_MULTI && !f->has_kprobe_multi)
		return error_set(e, EXIT_KERNEL, -EOPNOTSUPP,
				 "this kernel has no kprobe.multi (CONFIG_FPROBE); "
				 "leave out --backend to use what it has");
	if (o->backend == BACKEND_FENTRY_MULTI && !(f->has_fentry_multi && f->has_kprobe_multi))
		return error_set(e, EXIT_KERNEL, -EOPNOTSUPP,
				 "this kernel has no fentry.multi (7.x); "
				 "leave out --backend to use what it has");
	if (!f->has_kprobe_pmu && !f->has_kprobe_multi && traces_functions(o))
		return error_set(e, EXIT_KERNEL, -EOPNOTSUPP,
				 "this kernel cannot trace functions: it has neither kprobes "
				 "(CONFIG_KPROBE_EVENTS) nor kprobe.multi (CONFIG_FPROBE)");
	return 0;
}

static int make_plan(struct machine *m, struct kernel_btf *kb, const struct options *o,
		     struct traceable *list, struct error *e)
{
	struct hook_choice choice = {
		.groups = o->groups,
		.route = o->route,
		.all = o->all,
		.modules = o->modules,
		.module_count = o->module_count,
		.traceable = list,
	};
	regex_t func, exclude;
	int err;

	if (o->drops) {
		m->plan = calloc(1, sizeof(*m->plan));
		return m->plan ? 0 : error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
	}
	/* Both were compiled once when the options were parsed, so they compile. */
	if (o->func && !regcomp(&func, o->func, REG_EXTENDED))
		choice.func = &func;
	if (o->exclude && !regcomp(&exclude, o->exclude, REG_EXTENDED))
		choice.exclude = &exclude;
	err = hook_plan_new(m->symbols, kb, &choice, &m->plan);
	if (choice.func)
		regfree(&func);
	if (choice.exclude)
		regfree(&exclude);
	if (err)
		return error_set(e, EXIT_RUNTIME, err, "cannot plan the hooks: %s", strerror(-err));
	if (!m->plan->target_count && !m->plan->skip_count)
		return nothing_chosen(m->symbols, kb, o, e);
	/* The command probes is there to show why. */
	if (!m->plan->target_count && o->command != COMMAND_PROBES)
		return error_set(
			e, EXIT_KERNEL, -ENOENT, "this kernel has none of the %zu %s chosen; %s",
			m->plan->skip_count, o->all ? "functions" : "hooks",
			o->all ? "skbtrace probes says why"
			       : "load their modules, or widen --func, --exclude or --hooks");
	return 0;
}

/*
 * The kernel finds the function of a BTF id by its name, so the name must mean one function. Those
 * of modules would need a program for each module.
 */
static uint32_t btf_id_of(const struct machine *m, struct kernel_btf *kb, const char *symbol,
			  const char *module)
{
	size_t count;

	if (module || !ksyms_named(m->symbols, symbol, &count) || count != 1)
		return 0;
	return kernel_btf_func_id(kb, symbol);
}

static int find_btf_ids(struct machine *m, struct kernel_btf *kb, struct error *e)
{
	m->btf_ids = calloc(m->plan->target_count, sizeof(*m->btf_ids));
	if (!m->btf_ids)
		return error_set(e, EXIT_RUNTIME, -ENOMEM, "out of memory");
	for (size_t i = 0; i < m->plan->target_count; i++)
		if (!verdict_site_at(&m->verdicts, m->plan->targets[i].addr))
			m->btf_ids[i] = btf_id_of(m, kb, m->plan->targets[i].symbol,
						  m->plan->targets[i].module);
	for (size_t i = 0; i < m->aid_count; i++)
		m->aids[i].btf_id = btf_id_of(m, kb, m->aids[i].aid->function, NULL);
	return 0;
}

static int find_layouts(struct machine *m, struct kernel_btf *kb, const struct options *o,
			struct error *e)
{
	int err = 0;

	if (o->skb)
		err = kernel_layout_new(kb, "sk_buff", &m->skb_layout);
	if (!err && o->shinfo)
		err = kernel_layout_new(kb, "skb_shared_info", &m->shinfo_layout);
	return err ? error_set(e, EXIT_KERNEL, err,
			       "cannot find the members of struct sk_buff in the kernel's type "
			       "information: %s",
			       strerror(-err))
		   : 0;
}

/*
 * The stack of a function whose return is probed by a kretprobe ends at its trampoline, before
 * the unwinder knew to look behind it (19138af1bd88, 5.16).
 */
static bool returns_cut_stacks(const struct machine *m)
{
	return !m->features.has_kprobe_multi &&
	       !ksyms_named(m->symbols, "kretprobe_find_ret_addr", NULL) &&
	       !ksyms_named(m->symbols, "rethook_find_ret_addr", NULL);
}

static int find_aids(struct machine *m, struct kernel_btf *kb, const struct options *o,
		     struct error *e)
{
	int err = aids_find(m->symbols, kb, o, &m->aids, &m->aid_count);

	m->no_returns = (o->drop_stack || o->call_stack) && returns_cut_stacks(m);
	if (!err && !m->no_returns)
		err = verdicts_find(m->plan, m->symbols, kb, &m->verdicts, &m->aids, &m->aid_count);
	return err ? error_set(e, EXIT_RUNTIME, err, "out of memory") : 0;
}

int machine_look(struct machine *m, bool functions, struct error *e)
{
	struct utsname name;
	int err;

	memset(m, 0, sizeof(*m));
	if (!uname(&name))
		snprintf(m->release, sizeof(m->release), "%.64s", name.release);
	err = check_privilege(e);
	if (!err)
		err = open_btf(&m->types, e);
	if (!err)
		err = open_symbols(m, e);
	if (err)
		return err;
	kernel_features_probe(m->types, m->symbols, functions, &m->features);
	return check_basics(&m->features, e);
}

int machine_open(struct machine *m, const struct options *o, struct filters *filters,
		 struct error *e)
{
	struct traceable *list = NULL;
	struct kernel_btf *kb;
	int err;

	memset(m, 0, sizeof(*m));
	err = check_privilege(e);
	/* First of all, as it takes longest. */
	if (!err && o->all)
		list = traceable_start(NULL);
	if (!err)
		err = machine_look(m, traces_functions(o), e);
	kb = m->types;
	if (!err)
		err = check_modules(m->symbols, o, e);
	if (!err)
		err = check_backends(&m->features, o, e);
	if (!err)
		err = make_plan(m, kb, o, list, e);
	m->have_list = list && traceable_wait(list) == 0;
	if (err)
		goto out;
	err = find_aids(m, kb, o, e);
	if (err)
		goto out;
	if (o->backend == BACKEND_FENTRY_MULTI)
		err = find_btf_ids(m, kb, e);
	if (err)
		goto out;
	err = filters_open_where(filters, o, kernel_btf_vmlinux(kb), e);
	if (err)
		goto out;
	err = find_layouts(m, kb, o, e);
	if (err)
		goto out;
	err = drop_reasons_new(kb, &m->reasons);
	if (err)
		error_set(e, EXIT_RUNTIME, err, "cannot read the drop reasons: %s", strerror(-err));
out:
	traceable_free(list);
	return err;
}

void machine_drop_types(struct machine *m)
{
	kernel_btf_free(m->types);
	m->types = NULL;
}

void machine_close(struct machine *m)
{
	machine_drop_types(m);
	hook_plan_free(m->plan);
	drop_reasons_free(m->reasons);
	kernel_layout_free(m->skb_layout);
	kernel_layout_free(m->shinfo_layout);
	source_lines_free(m->sources);
	ksyms_free(m->symbols);
	free(m->btf_ids);
	free(m->aids);
	memset(m, 0, sizeof(*m));
}

/* libbpf has tried to raise it. */
static bool memlock_is_low(const struct machine *m)
{
	struct rlimit limit;

	return m->features.counts_memlock && !getrlimit(RLIMIT_MEMLOCK, &limit) &&
	       limit.rlim_cur != RLIM_INFINITY;
}

int machine_refusal(const struct machine *m, int err, const char *what, struct error *e)
{
	if (err == -EPERM && memlock_is_low(m))
		return error_set(e, EXIT_PRIVILEGE, err,
				 "cannot %s: the limit of locked memory (ulimit -l) is too small, "
				 "and raising it needs CAP_SYS_RESOURCE",
				 what);
	if (err != -EPERM && err != -EACCES)
		return error_set(e, EXIT_RUNTIME, err, "cannot %s: %s", what, strerror(-err));
	if (m->features.lockdown != LOCKDOWN_NONE)
		return error_set(e, EXIT_KERNEL, err,
				 "the kernel refuses to %s: lockdown is in %s mode", what,
				 m->features.lockdown == LOCKDOWN_INTEGRITY ? "integrity"
									    : "confidentiality");
	return error_set(e, EXIT_KERNEL, err,
			 "the kernel refuses to %s although all capabilities are there "
			 "(container, security module, or lockdown?)",
			 what);
}
