/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRACER_JSON_EVIDENCE_H
#define TRACER_JSON_EVIDENCE_H

#include "evidence.h"
#include "json_writer.h"

/* "evidence": an object with a key for each kind; null = there is none. */
void json_put_evidence(struct json *j, const struct evidence_list *list);

#endif
