// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same admission as rx.tc.bpf.c, before the driver has built an skb: what is not for us ends here. What is goes on
 * to rx.tc.bpf.c, which delivers and counts it.
 */
#include "admit.h"
#include "moved.h"
#include "twice.h"

static __always_inline enum verdict twice_compare_xdp(struct xdp_md *ctx, const struct fom_place *place)
{
	struct twice_frame frame = {};
	__u64 length = bpf_xdp_get_buff_len(ctx);

	frame.more = length < TWICE_LEAST ? TWICE_LEAST : length;
	if (length >= TWICE_COMPARED + TWICE_COMPARED_END &&
	    bpf_xdp_load_bytes(ctx, length - TWICE_COMPARED_END, frame.end, TWICE_COMPARED_END))
		return VERDICT_ACCEPT;
	if (length > TWICE_COMPARED)
		length = TWICE_COMPARED;
	if (length < TWICE_HEADER || bpf_xdp_load_bytes(ctx, 0, frame.bytes, length))
		return VERDICT_ACCEPT;
	return twice_compare(place, &frame);
}

SEC("xdp.frags")
int fom_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct fom_place place = slave_place_of(ctx->ingress_ifindex);
	struct fom_stats *stats;
	enum verdict verdict;

	if (!place.master || data + sizeof(struct ethhdr) > end)
		return XDP_PASS;

	verdict = admit(data, place.master, place.slot);
	if (verdict == VERDICT_COMPARE)
		verdict = twice_compare_xdp(ctx, &place);
	if (verdict == VERDICT_ACCEPT || verdict == VERDICT_PROBE)
		return XDP_PASS;
	stats = stats_of(place.index, place.slot);
	if (stats)
		admit_count(stats, verdict, 0);
	if (verdict == VERDICT_REFLECTED)
		moved_note(&place);
	return XDP_DROP;
}
