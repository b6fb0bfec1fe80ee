/* SPDX-License-Identifier: GPL-2.0-only */
#include "inside.h"

#include <linux/if_ether.h>

static uint32_t round_up_8(size_t n)
{
	return (n + 7) & ~7u;
}

/* Room for what -s says behind an Ethernet header, which -x leaves out. */
void inside_sizes(uint32_t size[SKBT_SECTIONS], const struct options *o, const struct machine *m)
{
	if (o->bytes_level)
		size[SKBT_SEC_DATA] = round_up_8(sizeof(struct skbt_data) + ETH_HLEN + o->snaplen);
	if (m->skb_layout)
		size[SKBT_SEC_SKB] = round_up_8(m->skb_layout->size);
	if (m->shinfo_layout)
		size[SKBT_SEC_SHINFO] = round_up_8(m->shinfo_layout->size);
}

/* As tcpdump: -x leaves the Ethernet header out. Where the packet has none there is one made up. */
static size_t bytes_to_skip(const struct skbt_data *data, const struct options *o)
{
	if (data->start == SKBT_L3)
		return ETH_HLEN;
	return data->start == SKBT_L2 && o->bytes_level < 2 ? ETH_HLEN : 0;
}

static void find_bytes(struct event *ev, const struct skbt_data *data, uint32_t size,
		       const struct options *o)
{
	size_t skip = bytes_to_skip(data, o), len = data->caplen, room = size - sizeof(*data);

	if (len > room)
		len = room;
	if (len <= skip)
		return;
	len -= skip;
	ev->bytes = data->bytes + skip;
	ev->bytes_len = len < o->snaplen ? len : o->snaplen;
}

void find_inside(struct event *ev, const uint32_t size[SKBT_SECTIONS], const struct options *o)
{
	const struct skbt_data *data = record_section(ev->rec, size, SKBT_SEC_DATA);

	if (data)
		find_bytes(ev, data, size[SKBT_SEC_DATA], o);
	ev->skb_image = record_section(ev->rec, size, SKBT_SEC_SKB);
	ev->shinfo_image = record_section(ev->rec, size, SKBT_SEC_SHINFO);
}
