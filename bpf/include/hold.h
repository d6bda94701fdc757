/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps a driver from tearing down for a moment: its NIC still receives while failoverd announces and the fabric turns.
 * A tracing program may not sleep, so this is a spin with interrupts on, once in the unplug of an active slave.
 */
#pragma once

#include "maps.h"

#define FOM_HOLD_LEAST_NS 3000000  /* a local fabric turns within 2 ms of the first announcement */
#define FOM_HOLD_MOST_NS 10000000  /* one that does not by then is not waited for */
#define FOM_HOLD_SILENT_NS 3000000 /* nothing has come by the old slave for so long: nothing is on its way */
#define FOM_HOLD_TURNS (1 << 20)   /* whatever the clock says, it ends */
#define FOM_HOLD_CPUS 8192         /* more than any kernel has (NR_CPUS) */

struct fom_received {
	__u32 index; /* in fom_stats */
	__u64 packets;
};

static long received_on(__u32 cpu, struct fom_received *sum)
{
	struct fom_stats *stats = bpf_map_lookup_percpu_elem(&fom_stats, &sum->index, cpu);

	if (!stats)
		return 1;
	sum->packets += stats->rx_packets;
	return 0;
}

/* By one slave, on all CPUs. */
static __always_inline __u64 received_by(__u32 index)
{
	struct fom_received sum = {index, 0};

	bpf_loop(FOM_HOLD_CPUS, received_on, &sum, 0);
	return sum.packets;
}

struct fom_hold {
	__u64 least, most;      /* not before, not after */
	__u32 old, new;         /* index in fom_stats */
	__u64 old_seen, silent; /* what came by the old one, since when no more */
	__u64 new_began;
};

static long hold_on(__u32 turn, struct fom_hold *hold)
{
	__u64 now = bpf_ktime_get_ns(), old = received_by(hold->old);

	if (old != hold->old_seen) {
		hold->old_seen = old;
		hold->silent = now;
	}
	if (now < hold->least)
		return 0;
	return now >= hold->most || now - hold->silent >= FOM_HOLD_SILENT_NS ||
	       received_by(hold->new) != hold->new_began;
}

/* Until frames come by the new slave, or none by the old one. */
static __always_inline void hold_driver(__u32 master, __u32 old, __u32 new)
{
	__u64 now = bpf_ktime_get_ns();
	struct fom_hold hold = {
	    .least = now + FOM_HOLD_LEAST_NS,
	    .most = now + FOM_HOLD_MOST_NS,
	    .old = master * FOM_MAX_SLAVES + old,
	    .new = master *FOM_MAX_SLAVES + new,
	    .silent = now,
	};

	hold.old_seen = received_by(hold.old);
	hold.new_began = received_by(hold.new);
	bpf_loop(FOM_HOLD_TURNS, hold_on, &hold, 0);
}
