/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fabric brings by both slaves enters once, by whichever is first.
 *
 * Group frames: a fabric that serves both ports brings each twice, and then the active slave's are enough. But some
 * bring them to one port only. So after each switch they are taken from all slaves, and compared, until one has come by
 * both. Unicast comes by one port, unless the fabric does not know where we are and floods it: nothing is compared
 * before some comes by a slave that is not active, nor for long after.
 *
 * Two frames are the same if their first bytes are, and came by different slaves within a moment: as in IEC 62439-3
 * (PRP), but without its sequence numbers, which the fabric would have to give them. kmod/twice.c does the same.
 */
#pragma once

#include "admit.h"

#include <bpf/bpf_endian.h>

#define TWICE_PRINTS 64
#define TWICE_COMPARED 128   /* bytes of a frame; addresses, numbers and sums are within */
#define TWICE_MOMENT_MS 50   /* between two copies; what sends the same again waits longer */
#define TWICE_WARY_MS 10000  /* unicast has come by another slave so long ago at most */
#define TWICE_MISSED 8       /* group frames by another slave, none by the active one: that is not served */
#define TWICE_LEAST 60       /* one copy may be filled up to the least length of a frame (ETH_ZLEN) */
#define TWICE_HEADER 14      /* Ethernet's */
#define TWICE_PRINT_FRAME 20 /* a print: what a frame is << 20 | who brought it << 16 | when, in ms */
#define TWICE_PRINT_SLOT 16

/* Written without a lock, a frame more or less does not matter; but each print is one word, and exchanged. */
struct fom_twice {
	__u64 prints[TWICE_PRINTS];
	__u64 secret;   /* of this master: nobody can make frames that look alike */
	__u64 switches; /* fom_master.switches when `groups` was begun */
	__u64 other_ms; /* when unicast came by a slave that is not active */
	struct {
		__u32 by_all; /* what comes by another slave comes by the active one too */
		__u32 missed; /* came by another slave since the last one by the active */
	} groups[2];          /* multicast, broadcast */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FOM_MAX_MASTERS);
	__type(key, __u32);
	__type(value, struct fom_twice);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} fom_twice SEC(".maps");

/* The beginning of a frame, and what else tells it from others. */
struct twice_frame {
	__u8 bytes[TWICE_COMPARED];
	__u64 more;
};

static __always_inline __u64 twice_ms(void)
{
	return bpf_ktime_get_boot_ns() / 1000000;
}

/* Sums are the sender's to fill in or the NIC's: one copy may have it already. */
static __always_inline void twice_forget_sum(struct twice_frame *frame)
{
	__u16 protocol = frame->bytes[12] << 8 | frame->bytes[13];
	__u32 at = TWICE_HEADER;
	__u8 carried;

	if (protocol == 0x0800) {
		carried = frame->bytes[TWICE_HEADER + 9];
		at += (frame->bytes[TWICE_HEADER] & 15) * 4;
	} else if (protocol == 0x86dd) {
		carried = frame->bytes[TWICE_HEADER + 6];
		at += 40;
	} else {
		return;
	}
	if (carried == 17) /* UDP */
		at += 6;
	else if (carried == 6) /* TCP */
		at += 16;
	else
		return;
	if (at < TWICE_COMPARED - 1) {
		frame->bytes[at] = 0;
		frame->bytes[at + 1] = 0;
	}
}

/* Not static: verified once, for any frame, and not for each way to get here. */
__noinline __u64 twice_print(struct twice_frame *frame, __u64 secret)
{
	const __u64 *words = (const void *)frame;
	__u64 print;

	if (!frame)
		return 0;
	twice_forget_sum(frame);
	print = secret ^ frame->more;
#pragma unroll
	for (int i = 0; i < TWICE_COMPARED / 8; i++) {
		print = (print ^ words[i]) * 0x9e3779b97f4a7c15;
		print ^= print >> 32;
	}
	return print;
}

/* Was it brought by another slave, a moment ago? Of two copies under way at once, one CPU finds the other's. */
static __always_inline int twice_seen(struct fom_twice *twice, struct twice_frame *frame, __u32 slot)
{
	__u64 print, mine, before, *kept;
	__u16 now = twice_ms();

	if (!twice->secret)
		twice->secret = (__u64)bpf_get_prandom_u32() << 32 | bpf_get_prandom_u32() | 1;
	print = twice_print(frame, twice->secret);
	mine = print >> TWICE_PRINT_FRAME << TWICE_PRINT_FRAME | (__u64)slot << TWICE_PRINT_SLOT | now;
	kept = &twice->prints[print % TWICE_PRINTS];
	before = __sync_lock_test_and_set(kept, mine);
	if ((before ^ mine) >> TWICE_PRINT_FRAME || (__u16)(now - (__u16)before) > TWICE_MOMENT_MS)
		return 0;
	/* The same slave's is not a copy: it was sent again. */
	if ((before ^ mine) >> TWICE_PRINT_SLOT == 0)
		return 0;
	__sync_val_compare_and_swap(kept, mine, 0);
	return 1;
}

/* A group frame: who brings them is known, or has to be found out. */
static __always_inline enum verdict twice_group(struct fom_twice *twice, const struct fom_place *place, __u32 broadcast)
{
	if (twice->switches != place->master->switches) {
		twice->groups[0].by_all = twice->groups[1].by_all = 0;
		twice->switches = place->master->switches;
	}
	if (!twice->groups[broadcast].by_all)
		return VERDICT_COMPARE;
	if (place->master->active == place->slot) {
		if (twice->groups[broadcast].missed)
			twice->groups[broadcast].missed = 0;
		return VERDICT_ACCEPT;
	}
	if (++twice->groups[broadcast].missed > TWICE_MISSED)
		twice->groups[broadcast].by_all = 0;
	return VERDICT_DUPLICATE;
}

static __always_inline void twice_unicast(struct fom_twice *twice, const struct fom_place *place)
{
	__u64 now = twice_ms();

	if (place->master->active != place->slot) {
		twice->other_ms = now;
		if (!place->master->wary)
			place->master->wary = 1;
	} else if (now - twice->other_ms > TWICE_WARY_MS) {
		place->master->wary = 0;
	}
}

/* VERDICT_COMPARE becomes one of the others. */
static __always_inline enum verdict twice_compare(const struct fom_place *place, struct twice_frame *frame)
{
	__u32 index = place->index; /* of its own: the place stays in registers, with what the verifier knows of it */
	struct fom_twice *twice = bpf_map_lookup_elem(&fom_twice, &index);
	__u32 group = frame->bytes[0] & 1, broadcast = mac_equal(frame->bytes, "\xff\xff\xff\xff\xff\xff");
	enum verdict verdict;

	if (!twice)
		return VERDICT_ACCEPT;
	if (group) {
		verdict = twice_group(twice, place, broadcast);
		if (verdict != VERDICT_COMPARE)
			return verdict;
	} else {
		twice_unicast(twice, place);
	}
	if (!twice_seen(twice, frame, place->slot))
		return VERDICT_ACCEPT;
	if (group) {
		twice->groups[broadcast].missed = 0;
		twice->groups[broadcast].by_all = 1;
	}
	return VERDICT_DUPLICATE;
}

/* For programs at a device's ingress. */
static __always_inline enum verdict twice_compare_skb(struct __sk_buff *skb, struct fom_place *place)
{
	struct twice_frame frame = {};
	__u32 length = skb->len;

	if (!place)
		return VERDICT_ACCEPT;
	frame.more = length < TWICE_LEAST ? TWICE_LEAST : length;
	if (skb->vlan_present)
		frame.more |= (__u64)skb->vlan_tci << 32 | 1ull << 63;
	if (length > TWICE_COMPARED)
		length = TWICE_COMPARED;
	if (length < TWICE_HEADER || bpf_skb_load_bytes(skb, 0, frame.bytes, length))
		return VERDICT_ACCEPT;
	return twice_compare(place, &frame);
}
