/* SPDX-License-Identifier: GPL-2.0-only */
/* Leaving a slave because of what the kernel has done with its device: for programs that see no frame. */
#pragma once

#include "adopted.h"
#include "select.h"

const volatile __u32 hidden_netns; /* inode number of the hidden namespace */

static __always_inline int is_hidden(struct net *net)
{
	return net && BPF_CORE_READ(net, ns.inum) == hidden_netns;
}

/* Slaves of a master that has no pair of its own stay in the users' namespace. */
static __always_inline int lives_in(const struct fom_master *master, struct net *net)
{
	return net && (master->port ? is_hidden(net) : master->netns == (__u64)net);
}

/* What a device of any namespace is to us. */
static __always_inline struct fom_place place_in(struct net *net, __u32 ifindex)
{
	struct fom_place place = is_hidden(net) ? slave_place_of(ifindex) : adopted_place_of(ifindex);

	if (place.master && !lives_in(place.master, net))
		place.master = NULL;
	return place;
}

/* If the slot is the active one, another that lives takes over; 1 when that happened. */
static __always_inline int leave_slot(struct net *net, struct fom_place place, __u32 cause)
{
	__u32 best;

	if (place.master->active != place.slot || !lives_in(place.master, net))
		return 0;
	best = fom_best_live_slot(plain_number(net), place.index, place.slot);
	if (best >= FOM_MAX_SLAVES)
		return 0;
	master_switch(place.master, place.index, place.slot, best, cause);
	return 1;
}
