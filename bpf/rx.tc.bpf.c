// SPDX-License-Identifier: GPL-2.0-only
/* Reception: runs at the ingress of every slave and hands what is for us straight to the master. */
#include "admit.h"
#include "moved.h"
#include "probe.h"
#include "twice.h"

#define VERDICT_DROP 2    /* TC_ACT_SHOT */
#define VERDICT_NEXT (-1) /* TC_ACT_UNSPEC */

SEC("tc")
int fom_rx(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct fom_place place = slave_place_of(skb->ifindex);
	struct fom_stats *stats;
	enum verdict verdict;

	if (!place.master)
		return VERDICT_NEXT;
	if (data + sizeof(struct ethhdr) > end)
		return VERDICT_DROP;

	verdict = admit(data, place.master, place.slot);
	if (verdict == VERDICT_COMPARE)
		verdict = twice_compare_skb(skb, &place);
	stats = stats_of(place.index, place.slot);
	if (stats)
		admit_count(stats, verdict, skb->len);
	if (verdict == VERDICT_PROBE)
		probe_receive(skb, place);
	if (verdict == VERDICT_REFLECTED)
		moved_note(&place);
	if (verdict != VERDICT_ACCEPT)
		return VERDICT_DROP;
	return bpf_redirect_peer(FOM_PLACE(place.index, FOM_PLACE_PORT), 0);
}
