/* SPDX-License-Identifier: GPL-2.0-only */
/* The active slave of a master: which one would be best, and how it changes. */
#pragma once

#include "event.h"
#include "liveness.h"

static __always_inline int slot_usable(const struct fom_slot *slot)
{
	return (slot->flags & (FOM_SLOT_READY | FOM_SLOT_LEAVING)) == FOM_SLOT_READY;
}

/*
 * The live slave of lowest rank, FOM_NO_SLOT when none is live. `netns` is the hidden namespace; the slot `except` is
 * not asked. A global function, so that the verifier follows the loop once, and for any master.
 */
__noinline __u32 fom_best_live_slot(__u64 netns, __u32 index, __u32 except)
{
	struct fom_master *master = master_at(index);
	__u32 best = FOM_NO_SLOT, best_rank = ~0u;

	if (!master)
		return FOM_NO_SLOT;
	for (__u32 i = 0; i < FOM_MAX_SLAVES; i++) {
		struct fom_slot *slot = &master->slots[i];

		if (i == except || !slot_usable(slot) || slot->rank >= best_rank)
			continue;
		if (fom_state_at(netns, slot->ifindex) != SLAVE_LIVE)
			continue;
		best = i;
		best_rank = slot->rank;
	}
	return best;
}

/* Moves the active state once, whoever else tries at the same moment. The event has the time that is in the table. */
static __always_inline void master_switch(struct fom_master *master, __u32 index, __u32 from, __u32 to, __u32 cause)
{
	__u64 now;

	if (__sync_val_compare_and_swap(&master->active, from, to) != from)
		return;
	now = bpf_ktime_get_boot_ns();
	master->last_from = from;
	master->last_cause = cause;
	master->switched_ns = now;
	__sync_fetch_and_add(&master->switches, 1);
	event_emit(FOM_EVENT_SWITCH, now, index, from, to, cause);
}
