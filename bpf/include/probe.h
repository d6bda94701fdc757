/* SPDX-License-Identifier: GPL-2.0-only */
/* Probes: frames that failoverd sends by one slave to see them come in by another. They end here, as an event. */
#pragma once

#include "event.h"

static __always_inline void probe_receive(struct __sk_buff *skb, struct fom_place place)
{
	const __u8 magic[] = {FOM_PROBE_MAGIC};
	struct fom_probe probe;

	/* By copy: a driver may have left all but the Ethernet header outside the linear part. */
	if (bpf_skb_load_bytes(skb, sizeof(struct ethhdr), &probe, sizeof(probe)) < 0)
		return;
	for (int i = 0; i < (int)sizeof(magic); i++)
		if (probe.magic[i] != magic[i])
			return;
	if (probe.version != FOM_ABI_VERSION || probe.slot >= FOM_MAX_SLAVES || probe.slot == place.slot ||
	    probe.nonce != place.master->probe_nonce)
		return;
	event_emit(FOM_EVENT_PROBE, bpf_ktime_get_boot_ns(), place.index, probe.slot, place.slot, FOM_CAUSE_UNSPEC);
}
