/* SPDX-License-Identifier: GPL-2.0-only */
/* What a device is to us, for programs that see no frame but what the kernel does with it. */
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
