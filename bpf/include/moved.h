/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our own address, sent by another port: from now on the fabric looks for us there. What the active slave sends comes
 * back by the others; what it hears itself, others have sent. Hypervisors do so when a guest has moved: they announce
 * it by every NIC it has, the primary included that it has no driver for yet.
 */
#pragma once

#include "event.h"

#define FOM_MOVED_TOLD 10                   /* events of one master in */
#define FOM_MOVED_INTERVAL_NS 2000000000ull /* this time: the ring is for others too */
#define FOM_MOVED_SWITCHED_NS 20000000ull   /* so long after a switch it may be what the slave before it sent */

struct fom_moves {
	__u64 since, told;
};

/* By master. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FOM_MAX_MASTERS);
	__type(key, __u32);
	__type(value, struct fom_moves);
} fom_moved SEC(".maps");

static __always_inline void moved_note(const struct fom_place *place)
{
	__u64 now = bpf_ktime_get_boot_ns();
	__u32 index = place->index;
	struct fom_moves *moves;

	if (place->master->active != place->slot || now - place->master->switched_ns < FOM_MOVED_SWITCHED_NS)
		return;
	moves = bpf_map_lookup_elem(&fom_moved, &index);
	if (!moves)
		return;
	if (now - moves->since >= FOM_MOVED_INTERVAL_NS) {
		moves->since = now;
		moves->told = 0;
	}
	if (moves->told++ < FOM_MOVED_TOLD)
		event_emit(FOM_EVENT_MOVED, now, index, place->slot, 0, FOM_CAUSE_UNSPEC);
}
