/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stubs, replaced by generated code before load (tracer/inject.h); what they compute only keeps
 * the calls and their arguments alive. No two alike, or the compiler would make them one.
 */
#ifndef SKBTRACE_FILTER_STUB_BPF_H
#define SKBTRACE_FILTER_STUB_BPF_H

#define FILTER_STUB(name, nothing)                                                                 \
	static __noinline __u32 name(const __u8 *window, __u32 caplen, __u32 wirelen)              \
	{                                                                                          \
		volatile __u32 keep = caplen + wirelen;                                            \
                                                                                                   \
		return window ? keep : (nothing);                                                  \
	}

#endif
