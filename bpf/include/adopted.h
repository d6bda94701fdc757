/* SPDX-License-Identifier: GPL-2.0-only */
/* Slaves, and their master, that stay in the users' namespace, where the kernel has numbered them. */
#pragma once

#include "maps.h"

/* Value: the place (fom_abi.h) of the slave with this ifindex; of a master, that of its port. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FOM_MAX_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} fom_adopted SEC(".maps");

static __always_inline struct fom_place adopted_place_of(__u32 ifindex)
{
	__u32 *place = bpf_map_lookup_elem(&fom_adopted, &ifindex);

	return slave_place_of(place ? *place : 0);
}

/* The master with this ifindex, or NULL. */
static __always_inline struct fom_master *adopted_master_of(__u32 ifindex)
{
	__u32 *place = bpf_map_lookup_elem(&fom_adopted, &ifindex);
	struct fom_master *master;

	if (!place || FOM_PLACE_SLOT(*place) != FOM_PLACE_PORT)
		return NULL;
	master = place_of(*place).master;
	return master && master->visible == ifindex ? master : NULL;
}
