/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * admit(): whether a frame that came in by a slave is for the master. Written once for the tc and the XDP program.
 *
 * A frame is never dropped because it came by the "wrong" path, but what comes by two paths is taken once (twice.h).
 * Frames with our own source address are our own, sent back by the fabric (the reverse filter of vSwitches). Probes may
 * come by any slave and end here.
 */
#pragma once

#include "maps.h"

#include <bpf/bpf_endian.h>

enum verdict { VERDICT_ACCEPT, VERDICT_DUPLICATE, VERDICT_REFLECTED, VERDICT_PROBE, VERDICT_COMPARE };

/* Compares two addresses of six bytes, each at least 2-byte aligned. */
static __always_inline int mac_equal(const void *a, const void *b)
{
	const __u16 *x = a, *y = b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2];
}

/* 01:80:c2:00:00:0x (IEEE 802.1Q 8.6.3): between a NIC and its port, LLDP and 802.1X for instance. */
static __always_inline int is_link_local(const struct ethhdr *eth)
{
	const __u8 *to = eth->h_dest;

	return to[0] == 0x01 && to[1] == 0x80 && to[2] == 0xc2 && !to[3] && !to[4] && to[5] < 0x10;
}

static __always_inline enum verdict admit(const struct ethhdr *eth, const struct fom_master *master, __u32 slot)
{
	if (eth->h_proto == bpf_htons(FOM_PROBE_ETHERTYPE) && master->probe_nonce)
		return VERDICT_PROBE;
	if (mac_equal(eth->h_source, master->mac))
		return VERDICT_REFLECTED;
	if (!(eth->h_dest[0] & 1))
		return master->active == slot && !master->wary ? VERDICT_ACCEPT : VERDICT_COMPARE;
	/* What others behind the master have sent comes back by the slaves that are not active. */
	if (master->others || is_link_local(eth))
		return master->active == slot ? VERDICT_ACCEPT : VERDICT_DUPLICATE;
	return VERDICT_COMPARE;
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
	case VERDICT_COMPARE:
		break;
	case VERDICT_ACCEPT:
		stats->rx_packets++;
		stats->rx_bytes += bytes;
	}
}
