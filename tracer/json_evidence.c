/* SPDX-License-Identifier: GPL-2.0-only */
#include "json_evidence.h"

static void put_item(struct json *j, const struct evidence_item *item)
{
	json_key(j, evidence_name(item->kind));
	json_begin_object(j);
	json_key(j, "text");
	json_string(j, item->text);
	for (unsigned int i = 0; i < item->value_count; i++) {
		const struct evidence_value *v = &item->values[i];

		json_key(j, v->name);
		if (*v->text)
			json_string(j, v->text);
		else
			json_i64(j, v->number);
	}
	json_end_object(j);
}

void json_put_evidence(struct json *j, const struct evidence_list *list)
{
	json_key(j, "evidence");
	if (!list) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	for (unsigned int i = 0; i < list->count; i++)
		put_item(j, &list->items[i]);
	json_end_object(j);
}
