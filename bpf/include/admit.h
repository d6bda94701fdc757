/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * admit(): whether a frame that came in by a slave is for the master. Written once for the tc and the XDP program.
 *
 * Unicast is taken from every slave: a frame is never dropped because it came by the "wrong" path. Broadcast and
 * multicast reach us once per path and are taken from the active slave only. Frames with our own source address are
 * our own, sent back by the fabric (the reverse filter of vSwitches). Probes may come by any slave and end here.
 */
#pragma once

#include "maps.h"

#include <bpf/bpf_endian.h>

enum verdict { VERDICT_ACCEPT, VERDICT_DUPLICATE, VERDICT_REFLECTED, VERDICT_PROBE };

/* Compares two addresses of six bytes, each at least 2-byte aligned. */
static __always_inline int mac_equal(const void *a, const void *b)
{
	const __u16 *x = a, *y = b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2];
}

static __always_inline enum verdict admit(const struct ethhdr *eth, const struct fom_master *master, __u32 slot)
{
	if (eth->h_proto == bpf_htons(FOM_PROBE_ETHERTYPE) && master->probe_nonce)
		return VERDICT_PROBE;
	if (mac_equal(eth->h_source, master->mac))
		return VERDICT_REFLECTED;
	if ((eth->h_dest[0] & 1) && master->active != slot)
		return VERDICT_DUPLICATE;
	return VERDICT_ACCEPT;
}

static __always_inline void admit_count(struct fom_stats *stats, enum verdict verdict, __u64 bytes)
{
	switch (verdict) {
	case VERDICT_DUPLICATE:
		stats->rx_duplicate++;
		break;
	case VERDICT_REFLECTED:
		stats->rx_reflected++;
		break;
	case VERDICT_PROBE:
		break;
	case VERDICT_ACCEPT:
		stats->rx_packets++;
		stats->rx_bytes += bytes;
	}
}
