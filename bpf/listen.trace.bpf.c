// SPDX-License-Identifier: GPL-2.0-only
/*
 * Some drivers are told of a link by an interrupt of its own, and look at it from a timer one or two ticks later: 4 to
 * 12 ms at HZ=250. That interrupt is heard here, before its handler, and the slave is left. A link that has changed
 * was there, so it is gone; where it is not, failoverd finds that and goes back. Nothing is lost by that: a slave that
 * is not active still receives.
 *
 * Attached to the handler of each such driver whose NIC is a slave (lib/bpf/listening.cpp).
 */
#include "leave.h"

#include <bpf/bpf_tracing.h>

SEC("kprobe")
int BPF_KPROBE(fom_listen, int irq, struct net_device *dev)
{
	struct net *net = BPF_CORE_READ(dev, nd_net.net);
	struct fom_place place = place_in(net, BPF_CORE_READ(dev, ifindex));

	/* One that has come is failoverd's to see. */
	if (!place.master || BPF_CORE_READ(dev, state) & FOM_LINK_NOCARRIER)
		return 0;
	if (place.master->slots[place.slot].flags & FOM_SLOT_RETURNS)
		leave_slot(net, place, FOM_CAUSE_CARRIER_LOSS);
	return 0;
}
