/* SPDX-License-Identifier: GPL-2.0-only */
/* What results, hooks, states and routes are called. NULL = there is no name for it. */
#ifndef TRACER_VERDICT_NAMES_H
#define TRACER_VERDICT_NAMES_H

#include <stdint.h>

#include "../bpf/skbtrace_abi.h"

/* "ACCEPT", "SHOT", "PASS", ... by the kind of result. */
const char *verdict_name(const struct skbt_verdict *v);
/* "PREROUTING", ... */
const char *verdict_hook(const struct skbt_verdict *v);
/* "ip", "inet", ... as nft calls them. */
const char *verdict_family(const struct skbt_verdict *v);
/* A table of iptables has its hook's chain. */
const char *verdict_chain(const struct skbt_verdict *v);

/* "NEW", "ESTABLISHED_REPLY", ...: ct_info of a record. */
const char *ct_state_name(uint8_t ct_info);

/* What a bridge has decided if it calls this function, in words. NULL = nothing. */
const char *bridge_decision(const char *func);

/* "unicast", "local", ... as ip route calls them. */
const char *route_type_name(uint8_t type);

#endif
