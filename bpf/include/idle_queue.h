/* SPDX-License-Identifier: GPL-2.0-only */
/* A NIC that net_failover would send by, while its queues do not work: what they are given is lost. */
#pragma once

#include "liveness.h"

#define FOM_LOWERS_MAX 4      /* lower devices of a master that are looked at; net_failover has two at most */
#define FOM_QDISC_BUILTIN 0x1 /* TCQ_F_BUILTIN, include/net/sch_generic.h */

/*
 * noop_qdisc, which a queue has until dev_activate() and again from dev_deactivate() on. The kernel's other own one is
 * noqueue, which has no enqueue().
 */
static __always_inline bool is_idle(struct net_device *dev, __u32 number)
{
	void *queue =
	    (void *)kernel_read(struct net_device, dev, _tx) + number * bpf_core_type_size(struct netdev_queue);
	struct Qdisc *qdisc = kernel_read(struct netdev_queue, queue, qdisc);

	return kernel_read(struct Qdisc, qdisc, flags) & FOM_QDISC_BUILTIN &&
	       kernel_read(struct Qdisc, qdisc, enqueue) != NULL;
}

/* Among the lower devices of this net_failover (netdev_master_upper_dev_link(), net/core/dev.c) but its standby. */
static __always_inline bool has_idle_queue(struct net_device *master, int standby)
{
	struct list_head *head = (void *)master + bpf_core_field_offset(struct net_device, adj_list.lower);
	struct list_head *link = kernel_read(struct list_head, head, next);

	for (int i = 0; i < FOM_LOWERS_MAX && link != head; i++) {
		void *lower = (void *)link - bpf_core_field_offset(struct netdev_adjacent, list);
		struct net_device *dev = kernel_read(struct netdev_adjacent, lower, dev);

		/* They are put to work one after the other, the first one first. */
		if (kernel_read(struct net_device, dev, ifindex) != standby && device_state(dev) == SLAVE_LIVE &&
		    (is_idle(dev, 0) || is_idle(dev, kernel_read(struct net_device, dev, num_tx_queues) - 1)))
			return true;
		link = kernel_read(struct list_head, link, next);
	}
	return false;
}
