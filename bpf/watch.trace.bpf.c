// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to a slave, seen at the moment it happens and acted on in the kernel: this is what a guest that only
 * receives has instead of the check in tx.tc.bpf.c. Each program is optional and attached if the kernel lets us.
 *
 *   carrier   linkwatch_fire_event(): called by netif_carrier_on/off once the bit has changed
 *   unbind    pci_device_remove(): before the driver tears the device down, so it still receives
 */
#include "device.h"
#include "hold.h"

#include <bpf/bpf_tracing.h>

/* Value: the place of the device with this bus name ("0000:02:00.0"). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FOM_MAX_SLOTS);
	__type(key, char[FOM_BUS_ID_LEN]);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} fom_devices SEC(".maps");

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

SEC("fentry/linkwatch_fire_event")
int BPF_PROG(fom_watch_carrier, struct net_device *dev)
{
	struct net *net = dev->nd_net.net;
	struct fom_place place = place_in(net, dev->ifindex);
	int carrier;

	if (!place.master)
		return 0;
	carrier = !(dev->state & FOM_LINK_NOCARRIER);
	if (!carrier)
		leave_slot(net, place, FOM_CAUSE_CARRIER_LOSS);
	event_emit(FOM_EVENT_CARRIER, bpf_ktime_get_boot_ns(), place.index, place.slot, carrier, FOM_CAUSE_UNSPEC);
	return 0;
}

SEC("fentry/pci_device_remove")
int BPF_PROG(fom_watch_unbind, struct device *device)
{
	char bus_id[FOM_BUS_ID_LEN] = {};
	struct fom_place place;
	__u32 *ifindex;
	int switched;

	bpf_probe_read_kernel_str(bus_id, sizeof(bus_id), device->kobj.name);
	ifindex = bpf_map_lookup_elem(&fom_devices, bus_id);
	if (!ifindex)
		return 0;
	place = slave_place_of(*ifindex);
	if (!place.master)
		return 0;
	__sync_fetch_and_or(&place.master->slots[place.slot].flags, FOM_SLOT_LEAVING);
	switched = leave_slot((struct net *)place.master->netns, place, FOM_CAUSE_UNBIND);
	event_emit(FOM_EVENT_UNBIND, bpf_ktime_get_boot_ns(), place.index, place.slot, FOM_NO_SLOT, FOM_CAUSE_UNBIND);
	if (switched)
		hold_driver(place.index, place.slot, place.master->active);
	return 0;
}
