/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps that all programs share: pinned by name under /sys/fs/bpf/failover, so they outlive the daemon. */
#pragma once

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include <linux/fom_abi.h>

enum {
	FOM_MAX_SLOTS = FOM_MAX_MASTERS * FOM_MAX_SLAVES,
	FOM_MAX_PORTS = FOM_MAX_SLOTS + FOM_MAX_MASTERS, /* the slaves and one hidden end for each master */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, FOM_MAX_MASTERS);
	__type(key, __u32);
	__type(value, struct fom_master);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} fom_masters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FOM_MAX_PORTS);
	__type(key, __u32);
	__type(value, struct fom_port);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} fom_ports SEC(".maps");

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

/* Counters of one slave on this CPU. */
static __always_inline struct fom_stats *stats_of(__u32 master, __u32 slot)
{
	__u32 index = master * FOM_MAX_SLAVES + slot;

	return bpf_map_lookup_elem(&fom_stats, &index);
}
