// SPDX-License-Identifier: GPL-2.0-only
/* Transmission: runs where frames leave the master (hidden end of the pair) and sends each out of one slave. */
#include "steer.h"

#define VERDICT_DROP 2 /* TC_ACT_SHOT, TCX_DROP, NETKIT_DROP: one value */

SEC("tc")
int fom_tx(struct __sk_buff *skb)
{
	struct fom_place place = place_of(skb->ifindex);
	struct fom_stats *stats;
	__u32 slot;

	if (!place.master)
		return VERDICT_DROP;

	slot = steer(skb, place.master, place.index);
	if (slot >= FOM_MAX_SLAVES) {
		stats = stats_of(place.index, place.master->active < FOM_MAX_SLAVES ? place.master->active : 0);
		if (stats)
			stats->tx_no_path++;
		return VERDICT_DROP;
	}
	stats = stats_of(place.index, slot);
	if (stats) {
		stats->tx_packets++;
		stats->tx_bytes += skb->len;
	}
	return bpf_redirect(FOM_PLACE(place.index, slot), 0);
}
