/* SPDX-License-Identifier: GPL-2.0-only */
/* What all programs share: their licence, and the maps: pinned by name under /sys/fs/bpf/failover, so they outlive the
 * daemon. */
#pragma once

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include <linux/fom_abi.h>

char LICENSE[] SEC("license") = "GPL";

enum { FOM_MAX_SLOTS = FOM_MAX_MASTERS * FOM_MAX_SLAVES };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, FOM_MAX_MASTERS);
	__type(key, __u32);
	__type(value, struct fom_master);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} fom_masters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FOM_MAX_SLOTS);
	__type(key, __u32);
	__type(value, struct fom_stats);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} fom_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} fom_events SEC(".maps");

static __always_inline struct fom_master *master_at(__u32 index)
{
	struct fom_master *master = bpf_map_lookup_elem(&fom_masters, &index);

	return master && master->version == FOM_ABI_VERSION ? master : NULL;
}

/* What the device with this ifindex of the hidden namespace is to us. */
struct fom_place {
	__u32 index; /* of the master */
	__u32 slot;
	struct fom_master *master; /* NULL: nothing */
};

static __always_inline struct fom_place place_of(__u32 ifindex)
{
	struct fom_place place = {FOM_PLACE_MASTER(ifindex), FOM_PLACE_SLOT(ifindex), NULL};

	place.master = master_at(place.index);
	return place;
}

/* The same for a slave; nothing if the slot is not in use. */
static __always_inline struct fom_place slave_place_of(__u32 ifindex)
{
	struct fom_place place = place_of(ifindex);

	if (place.master && (place.slot >= FOM_MAX_SLAVES || !(place.master->slots[place.slot].flags & FOM_SLOT_USED)))
		place.master = NULL;
	return place;
}

/* Counters of one slave on this CPU. */
static __always_inline struct fom_stats *stats_of(__u32 master, __u32 slot)
{
	__u32 index = master * FOM_MAX_SLAVES + slot;

	return bpf_map_lookup_elem(&fom_stats, &index);
}
