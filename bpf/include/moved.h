/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our own address, sent by another port: from now on the fabric looks for us there. What the active slave sends comes
 * back by the others; what it hears itself, others have sent. Hypervisors do so when a guest has moved: they announce
 * it by every NIC it has, the primary included that it has no driver for yet.
 */
#pragma once

#include "event.h"

#define FOM_MOVED_PAUSE_NS 5000000 /* between two events for one master; how many are answered, failoverd decides */

/* When the last event was, by master. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FOM_MAX_MASTERS);
	__type(key, __u32);
	__type(value, __u64);
} fom_moved SEC(".maps");

static __always_inline void moved_note(const struct fom_place *place)
{
	__u64 now = bpf_ktime_get_boot_ns(), *last;
	__u32 index = place->index;

	if (place->master->active != place->slot)
		return;
	last = bpf_map_lookup_elem(&fom_moved, &index);
	if (!last || now - *last < FOM_MOVED_PAUSE_NS)
		return;
	*last = now;
	event_emit(FOM_EVENT_MOVED, now, index, place->slot, 0, FOM_CAUSE_UNSPEC);
}
