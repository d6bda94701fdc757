/* SPDX-License-Identifier: GPL-2.0-only */
/* A NIC that net_failover would send by, while failoverd has not come to it yet. */
#pragma once

#include "adopted.h"
#include "liveness.h"

#define FOM_LOWERS_MAX 4 /* lower devices of a master that are looked at; net_failover has two at most */

/* Ours is a slave whose programs are in their places. */
static __always_inline bool is_newcomer(int ifindex)
{
	struct fom_place place = adopted_place_of(ifindex);

	return !place.master || !(place.master->slots[place.slot].flags & FOM_SLOT_READY);
}

/* Among the lower devices of this net_failover (netdev_master_upper_dev_link(), net/core/dev.c). */
static __always_inline bool has_newcomer(struct net_device *master)
{
	struct list_head *head = (void *)master + bpf_core_field_offset(struct net_device, adj_list.lower);
	struct list_head *link = kernel_read(struct list_head, head, next);

	for (int i = 0; i < FOM_LOWERS_MAX && link != head; i++) {
		void *lower = (void *)link - bpf_core_field_offset(struct netdev_adjacent, list);
		struct net_device *dev = kernel_read(struct netdev_adjacent, lower, dev);

		if (device_state(dev) == SLAVE_LIVE && is_newcomer(kernel_read(struct net_device, dev, ifindex)))
			return true;
		link = kernel_read(struct list_head, link, next);
	}
	return false;
}
