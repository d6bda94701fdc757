// SPDX-License-Identifier: GPL-2.0-only
/*
 * Some drivers are told of a link by an interrupt of its own, and look at it from a timer one or two ticks later: 4 to
 * 12 ms at HZ=250. That interrupt is heard here, before its handler, and the slave is left. A link that has changed
 * was there, so it is gone; where it is not (the interrupt may be for other things), failoverd finds that and goes
 * back. Nothing is lost by that: a slave that is not active still receives.
 *
 * Attached to the handler of each such driver whose NIC is a slave (lib/bpf/listening.cpp).
 */
#include "device.h"

#include <bpf/bpf_tracing.h>

#define PAUSE_NS (10 * 1000000000ull) /* after a suspicion that was false, then twice as long each time */
#define PAUSE_MOST_NS (3600 * 1000000000ull)

struct suspicion {
	__u64 again;  /* CLOCK_BOOTTIME: not before that */
	__u64 pause;  /* after the next one that is false */
	__u32 losses; /* of its carrier, when it was last suspected; and of which device: */
	__u64 device; /* its number in sysfs, which no other ever has */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FOM_MAX_SLOTS);
	__type(key, __u32);
	__type(value, struct suspicion);
} suspicions SEC(".maps");

/* A carrier that went since the last suspicion shows that it was right. */
static __always_inline int may_suspect(struct fom_place place, struct net_device *dev)
{
	__u32 key = place.index * FOM_MAX_SLAVES + place.slot;
	__u32 losses = BPF_CORE_READ(dev, carrier_down_count.counter);
	struct suspicion *last = bpf_map_lookup_elem(&suspicions, &key);
	__u64 now = bpf_ktime_get_boot_ns(), device = BPF_CORE_READ(dev, dev.kobj.sd, id);

	if (!last)
		return 0;
	if (!last->pause || last->losses != losses || last->device != device)
		*last = (struct suspicion){.pause = PAUSE_NS, .losses = losses, .device = device};
	if (now < last->again)
		return 0;
	last->again = now + last->pause;
	last->pause = last->pause < PAUSE_MOST_NS / 2 ? 2 * last->pause : PAUSE_MOST_NS;
	return 1;
}

SEC("kprobe")
int BPF_KPROBE(fom_listen, int irq, struct net_device *dev)
{
	struct net *net = BPF_CORE_READ(dev, nd_net.net);
	struct fom_place place = place_in(net, BPF_CORE_READ(dev, ifindex));
	struct fom_slot *slot;
	__u32 best;

	/* One that has come is failoverd's to see, and what the operator chose is the operator's. */
	if (!place.master || BPF_CORE_READ(dev, state) & FOM_LINK_NOCARRIER || place.master->active != place.slot ||
	    place.master->chosen == place.slot)
		return 0;
	slot = &place.master->slots[place.slot];
	best = fom_best_live_slot(plain_number(net), place.index, place.slot);
	/* Only for one that failoverd leaves again when all is well: of a better one it may know why it is not active.
	 */
	if (!(slot->flags & FOM_SLOT_RETURNS) || best >= FOM_MAX_SLAVES || place.master->slots[best].rank <= slot->rank)
		return 0;
	if (may_suspect(place, dev))
		master_switch(place.master, place.index, place.slot, best, FOM_CAUSE_CARRIER_LOSS);
	return 0;
}
