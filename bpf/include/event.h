/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling userspace what happened. */
#pragma once

#include "maps.h"

static __always_inline void event_emit(__u32 type, __u64 now, __u32 master, __u32 from, __u32 to, __u32 cause)
{
	struct fom_event *event = bpf_ringbuf_reserve(&fom_events, sizeof(*event), 0);

	if (!event) /* full, nobody reads: the state itself is in fom_masters */
		return;
	event->version = FOM_ABI_VERSION;
	event->type = type;
	event->time_ns = now;
	event->master = master;
	event->from = from;
	event->to = to;
	event->cause = cause;
	bpf_ringbuf_submit(event, 0);
}
