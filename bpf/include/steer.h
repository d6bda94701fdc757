/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * steer(): the one place that chooses a slave for a frame to transmit.
 *
 * The policy names a slot; that slave is asked whether it can send; if not, the best of the others is taken. When it
 * was the active slave that could not, the active state moves: that is the failover, done before the frame leaves.
 */
#pragma once

#include "select.h"

/* The slot that the policy wants for this frame. */
static __always_inline __u32 policy_slot(const struct fom_master *master)
{
	return master->active; /* FOM_POLICY_FAILOVER_ORDER */
}

/* Off the fast path: the wanted slot cannot send. */
static __noinline __u32 steer_around(struct net *net, __u32 index, __u32 dead, __u32 cause)
{
	struct fom_master *master = master_at(index);
	struct fom_stats *stats;
	__u32 best;

	if (!master)
		return FOM_NO_SLOT;
	best = fom_best_live_slot(plain_number(net), index, FOM_NO_SLOT);
	if (best >= FOM_MAX_SLAVES)
		return FOM_NO_SLOT;
	master_switch(master, index, dead, best, cause);
	stats = stats_of(index, best);
	if (stats)
		stats->tx_rescued++;
	return best;
}

static __always_inline __u32 steer(struct __sk_buff *skb, struct fom_master *master, __u32 index)
{
	struct net *net = (struct net *)master->netns;
	__u32 wanted = policy_slot(master);
	enum fom_cause cause = FOM_CAUSE_STARTUP;

	if (!net) {
		net = net_of_packet(skb);
		master->netns = (__u64)net;
	}
	if (wanted < FOM_MAX_SLAVES) {
		struct fom_slot *slot = &master->slots[wanted];

		if (slot_usable(slot)) {
			enum slave_state state = slave_state(net, slot);

			if (state == SLAVE_LIVE)
				return wanted;
			cause = cause_of(state);
		} else {
			cause = slot->flags & FOM_SLOT_LEAVING ? FOM_CAUSE_UNBIND : FOM_CAUSE_UNREGISTER;
		}
	}
	return steer_around(net, index, wanted, cause);
}
