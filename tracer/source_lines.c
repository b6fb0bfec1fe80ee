/* SPDX-License-Identifier: GPL-2.0-only */
#include "source_lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum {
	PLACES = 1024, /* kept: drops come from few, again and again */
	NOTES_SIZE = 4096,
};

struct known_place {
	uint64_t addr; /* 0 = empty */
	struct source_place place;
};

struct source_lines {
	const struct ksyms *symbols; /* NULL: of a file */
	bool opened;
	Dwfl *dwfl;          /* NULL = there is no debug information */
	uint64_t begin, end; /* of the kernel's text, without its modules, as it runs */
	uint64_t moved;      /* how far it lies from where it was linked (KASLR) */
	struct known_place known[PLACES];
};

/* Where distributions and a build in place have the kernel with its debug information. */
static const char *const vmlinux_paths[] = {
	"/usr/lib/debug/boot/vmlinux-%s",
	"/usr/lib/debug/lib/modules/%s/vmlinux",
	"/usr/lib/debug/usr/lib/modules/%s/vmlinux",
	"/boot/vmlinux-%s",
	"/lib/modules/%s/build/vmlinux",
};

/* libdw 0.188 has a list of sections that the kernel does not keep, without __versions, and gives
 * up a module that has it. */
static int section_address(Dwfl_Module *module, void **user, const char *module_name,
			   Dwarf_Addr base, const char *section_name, GElf_Word index,
			   const GElf_Shdr *header, Dwarf_Addr *addr)
{
	if (dwfl_linux_kernel_module_section_address(module, user, module_name, base, section_name,
						     index, header, addr) != DWARF_CB_OK)
		*addr = (Dwarf_Addr)-1; /* not in memory */
	return DWARF_CB_OK;
}

static const Dwfl_Callbacks of_kernel = {
	.find_elf = dwfl_linux_kernel_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = section_address,
};

static const Dwfl_Callbacks of_file = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

static bool has_debug_lines(Dwfl_Module *module)
{
	Dwarf_Addr bias;

	return module && dwfl_module_getdwarf(module, &bias);
}

/* Length of the build ID in a kernel's notes, which then lies at *id; 0 = none. */
static size_t find_build_id(const uint8_t *notes, size_t size, const uint8_t **id)
{
	static const char owner[] = "GNU";
	Elf64_Nhdr note; /* in files of 32 bits it is the same */
	size_t at = 0, text;

	while (at + sizeof(note) <= size) {
		memcpy(&note, notes + at, sizeof(note));
		at += sizeof(note);
		text = at + (((size_t)note.n_namesz + 3) & ~(size_t)3);
		at = text + (((size_t)note.n_descsz + 3) & ~(size_t)3);
		if (text + note.n_descsz > size)
			return 0;
		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof(owner) ||
		    memcmp(notes + text - sizeof(owner), owner, sizeof(owner)) != 0)
			continue;
		*id = notes + text;
		return note.n_descsz;
	}
	return 0;
}

/* Another build can have the same release, and lines would be wrong. True where that cannot be
 * told, as one of both has no build ID. */
static bool is_same_build(Dwfl_Module *kernel, const char *notes_path)
{
	uint8_t notes[NOTES_SIZE];
	const unsigned char *of_file;
	const uint8_t *of_notes;
	GElf_Addr where;
	size_t size, len;
	int file_len = dwfl_module_build_id(kernel, &of_file, &where);
	FILE *f = fopen(notes_path, "re");

	if (!f)
		return true;
	size = fread(notes, 1, sizeof(notes), f);
	fclose(f);
	len = find_build_id(notes, size, &of_notes);
	return !len || file_len <= 0 ||
	       (len == (size_t)file_len && memcmp(of_notes, of_file, len) == 0);
}

/* Between linked and running kernel by a symbol that both have. */
static bool find_moved(struct source_lines *s, Dwfl_Module *kernel)
{
	const struct ksym *text = ksyms_named(s->symbols, "_text", NULL);
	const struct ksym *etext = ksyms_named(s->symbols, "_etext", NULL);
	int count = dwfl_module_getsymtab(kernel);

	if (!text || !etext)
		return false;
	s->begin = text->addr;
	s->end = etext->addr;
	for (int i = 0; i < count; i++) {
		GElf_Sym symbol;
		const char *name = dwfl_module_getsym(kernel, i, &symbol, NULL);

		if (!name || strcmp(name, "_text") != 0)
			continue;
		s->moved = text->addr - symbol.st_value;
		return true;
	}
	return false;
}

static bool report_kernel(struct source_lines *s)
{
	Dwfl_Module *kernel = NULL;
	struct utsname name;
	char path[256];

	if (uname(&name))
		return false;
	/* libdwfl would unpack vmlinuz, which has nothing that we could use. */
	for (size_t i = 0; i < sizeof(vmlinux_paths) / sizeof(vmlinux_paths[0]) && !kernel; i++) {
		snprintf(path, sizeof(path), vmlinux_paths[i], name.release);
		if (!access(path, R_OK))
			kernel = dwfl_report_elf(s->dwfl, "kernel", path, -1, 0, false);
	}
	if (!has_debug_lines(kernel) || !is_same_build(kernel, "/sys/kernel/notes") ||
	    !find_moved(s, kernel))
		return false;
	dwfl_linux_kernel_report_modules(s->dwfl);
	return true;
}

static void open_kernel(struct source_lines *s)
{
	s->opened = true;
	s->dwfl = dwfl_begin(&of_kernel);
	if (!s->dwfl)
		return;
	dwfl_report_begin(s->dwfl);
	if (report_kernel(s) && !dwfl_report_end(s->dwfl, NULL, NULL))
		return;
	dwfl_end(s->dwfl);
	s->dwfl = NULL;
}

static struct source_lines *new_lines(void)
{
	/* Now, as later there are threads. */
	unsetenv("DEBUGINFOD_URLS");
	return calloc(1, sizeof(struct source_lines));
}

struct source_lines *source_lines_new(const struct ksyms *symbols)
{
	struct source_lines *s = new_lines();

	if (s)
		s->symbols = symbols;
	return s;
}

struct source_lines *source_lines_of_file(const char *path, const char *notes)
{
	struct source_lines *s = new_lines();
	Dwfl_Module *file;

	if (!s)
		return NULL;
	s->opened = true;
	s->dwfl = dwfl_begin(&of_file);
	if (!s->dwfl)
		return s;
	dwfl_report_begin(s->dwfl);
	file = dwfl_report_offline(s->dwfl, "file", path, -1);
	if (has_debug_lines(file) && (!notes || is_same_build(file, notes)) &&
	    !dwfl_report_end(s->dwfl, NULL, NULL))
		return s;
	dwfl_end(s->dwfl);
	s->dwfl = NULL;
	return s;
}

void source_lines_free(struct source_lines *s)
{
	if (!s)
		return;
	if (s->dwfl)
		dwfl_end(s->dwfl);
	free(s);
}

/* "net/ipv4/ip_input.c" of "/build/linux-6.1.190/net/ipv4/ip_input.c" */
static void put_file(struct source_frame *f, Dwarf_Die *cu, const char *path)
{
	Dwarf_Attribute attribute;
	const char *top = dwarf_formstring(dwarf_attr(cu, DW_AT_comp_dir, &attribute));
	size_t len = top ? strlen(top) : 0;

	if (!path)
		return;
	if (len && strncmp(path, top, len) == 0 && path[len] == '/')
		path += len + 1;
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	snprintf(f->file, sizeof(f->file), "%s", path);
}

/* Where `inlined` was put into its caller. */
static void put_call_site(struct source_frame *f, Dwarf_Die *cu, Dwarf_Die *inlined)
{
	Dwarf_Attribute attribute;
	Dwarf_Word file = 0, line = 0;
	Dwarf_Files *files;
	size_t count;

	dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line);
	f->line = (unsigned int)line;
	if (!dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) &&
	    !dwarf_getsrcfiles(cu, &files, &count) && file < count)
		put_file(f, cu, dwarf_filesrc(files, file, NULL, NULL));
}

static void put_line(struct source_frame *f, Dwarf_Die *cu, Dwarf_Addr at)
{
	Dwarf_Line *line = dwarf_getsrc_die(cu, at);
	int number = 0;

	if (!line)
		return;
	dwarf_lineno(line, &number);
	f->line = (unsigned int)number;
	put_file(f, cu, dwarf_linesrc(line, NULL, NULL));
}

/* scopes: from the innermost one outwards, up to the function. */
static void put_frames(struct source_place *p, Dwarf_Die *cu, Dwarf_Die *scopes, int count)
{
	for (int i = 0; i < count; i++) {
		struct source_frame *f = &p->frames[p->count];
		int tag = dwarf_tag(&scopes[i]);
		bool function = tag == DW_TAG_subprogram;
		const char *name;

		if (!function && tag != DW_TAG_inlined_subroutine)
			continue;
		/* The last frame is for the function. */
		if (function || p->count + 1 < SOURCE_FRAMES) {
			name = dwarf_diename(&scopes[i]);
			snprintf(f->function, sizeof(f->function), "%s", name ? name : "?");
			p->count++;
		}
		if (function)
			return;
		put_call_site(&p->frames[p->count], cu, &scopes[i]);
	}
}

/* clang writes no table of addresses (.debug_aranges): then each unit is asked for its own. */
static Dwarf_Die *find_unit(struct source_lines *s, uint64_t addr, Dwarf_Addr *bias)
{
	Dwarf_Die *cu = dwfl_addrdie(s->dwfl, addr, bias);
	Dwfl_Module *module = cu ? NULL : dwfl_addrmodule(s->dwfl, addr);

	while (module && (cu = dwfl_module_nextcu(module, cu, bias)))
		if (dwarf_haspc(cu, addr - *bias) > 0)
			break;
	return cu;
}

static void look_up(struct source_lines *s, uint64_t addr, struct source_place *p)
{
	Dwarf_Die *cu, *scopes = NULL, *parents = NULL;
	Dwarf_Addr bias;
	int count;

	memset(p, 0, sizeof(*p));
	if (addr >= s->begin && addr < s->end)
		addr -= s->moved;
	cu = find_unit(s, addr, &bias);
	if (!cu)
		return;
	put_line(&p->frames[0], cu, addr - bias);
	/* Of an inlined function the scopes around are those of its definition, unless asked again.
	 */
	if (p->frames[0].line && dwarf_getscopes(cu, addr - bias, &scopes) > 0) {
		count = dwarf_getscopes_die(&scopes[0], &parents);
		put_frames(p, cu, parents, count);
	}
	free(scopes);
	free(parents);
}

const struct source_place *source_lines_at(struct source_lines *s, uint64_t addr,
					   bool return_address)
{
	struct known_place *k;

	if (!s)
		return NULL;
	if (!s->opened)
		open_kernel(s);
	if (!s->dwfl || !addr)
		return NULL;
	addr -= return_address;
	k = &s->known[(addr ^ addr >> 7) % PLACES];
	if (k->addr != addr) {
		look_up(s, addr, &k->place);
		k->addr = addr;
	}
	return k->place.count ? &k->place : NULL;
}
