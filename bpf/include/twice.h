/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fabric brings by both slaves enters once, by whichever is first.
 *
 * Group frames: a fabric that serves both ports brings each twice, and then the active slave's are enough. But some
 * bring them to one port only, or only some of them. So after each switch those of one sender to one address are taken
 * from all slaves, and compared, until one has come by both. Unicast comes by one port, unless the fabric does not know
 * where we are and floods it: nothing is compared before some comes by a slave that is not active, nor for long after.
 *
 * Two frames are the same if their beginnings and ends are, and came by different slaves within a moment: as in
 * IEC 62439-3 (PRP), but without its sequence numbers, which the fabric would have to give them. kmod/twice.c does the
 * same.
 */
#pragma once

#include "admit.h"

#include <bpf/bpf_endian.h>

#define TWICE_PRINTS 64
#define TWICE_GROUPS 128
#define TWICE_COMPARED 128 /* bytes of a frame's beginning; addresses, numbers and sums are within */
#define TWICE_COMPARED_END 32
/* Between two copies, in ms. What is sent to one again because no answer came may be the same, and no copy. */
#define TWICE_GROUP_MOMENT 250
#define TWICE_UNICAST_MOMENT 10
#define TWICE_WARY_MS 10000 /* unicast has come by another slave so long ago at most */
#define TWICE_MISSED 8 /* so many group frames by another slave in so many ms, none by the active one: not served */
#define TWICE_MISSED_MS 1000
#define TWICE_LEAST 60       /* one copy may be filled up to the least length of a frame (ETH_ZLEN) */
#define TWICE_HEADER 14      /* Ethernet's */
#define TWICE_PRINT_FRAME 24 /* a print: what a frame is << 24 | slots that have brought it << 16 | when, in ms */
#define TWICE_PRINT_SLOTS 16

/* The group frames of one sender to one address; several such may share an element. */
struct fom_twice_groups {
	__u8 by_all; /* what comes by another slave comes by the active one too */
	__u8 missed; /* came by another slave since the last one by the active */
	__u16 since; /* when the first of those came, in ms */
};

/* Written without a lock, a frame more or less does not matter; but each print is one word, and exchanged. */
struct fom_twice {
	__u64 prints[TWICE_PRINTS];
	__u64 secret;      /* of this master: nobody can make frames that look alike */
	__u64 switched_ns; /* of fom_master when `groups` was begun */
	__u64 other_ms;    /* when unicast came by a slave that is not active */
	struct fom_twice_groups groups[TWICE_GROUPS];
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
	__u8 end[TWICE_COMPARED_END];
	__u64 more; /* its length and tag */
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

/*
 * Sums of products, each word with a key of its own made of the secret (NH, as in UMAC: RFC 4418 5.2). Not static:
 * verified once, for any frame, and not for each way to get here.
 */
__noinline __u64 twice_print(struct twice_frame *frame, __u64 secret)
{
	const __u64 *words = (const void *)frame;
	__u64 print = 0, key = secret;

	if (!frame)
		return 0;
	twice_forget_sum(frame);
#pragma unroll
	for (int i = 0; i < (int)sizeof(*frame) / 8; i++) {
		key = key * 0x5851f42d4c957f2d + 0x14057b7ef767814f;
		print += (__u64)(__u32)(words[i] + key) * (__u32)((words[i] >> 32) + (key >> 32));
	}
	print *= 0x9e3779b97f4a7c15;
	return print ^ print >> 32;
}

/* Was it brought by another slave, a moment ago, and not yet by this one? */
static __always_inline int twice_seen(struct fom_twice *twice, struct twice_frame *frame, __u32 slot, __u16 moment)
{
	__u64 print, mine, before, bit = 1ull << (TWICE_PRINT_SLOTS + (slot & 7)), *kept;
	__u16 now = twice_ms();

	if (!twice->secret)
		twice->secret = (__u64)bpf_get_prandom_u32() << 32 | bpf_get_prandom_u32() | 1;
	print = twice_print(frame, twice->secret);
	mine = print >> TWICE_PRINT_FRAME << TWICE_PRINT_FRAME | bit | now;
	kept = &twice->prints[print % TWICE_PRINTS];
	/* Of two copies under way at once, one CPU finds the other's. */
	before = __sync_lock_test_and_set(kept, mine);
	/* The same slave's is not a copy: it was sent again. The other CPU's clock may be ahead. */
	if ((before ^ mine) >> TWICE_PRINT_FRAME || before & bit || (__u16)(now - (__u16)before + moment) > 2 * moment)
		return 0;
	__sync_val_compare_and_swap(kept, mine, before | bit);
	return 1;
}

/* A group frame: who brings them is known, or has to be found out. */
static __always_inline enum verdict twice_group(struct fom_twice *twice, const struct fom_place *place,
						struct fom_twice_groups *groups)
{
	if (twice->switched_ns != place->master->switched_ns) {
		twice->switched_ns = place->master->switched_ns;
		__builtin_memset(twice->groups, 0, sizeof(twice->groups));
	}
	if (!groups->by_all)
		return VERDICT_COMPARE;
	if (place->master->active == place->slot) {
		if (groups->missed)
			groups->missed = 0;
		return VERDICT_ACCEPT;
	}
	/* A NIC that is late brings many at once, and then the other's have long been refused. */
	if (!groups->missed)
		groups->since = twice_ms();
	if (groups->missed <= TWICE_MISSED)
		groups->missed++;
	else if ((__u16)(twice_ms() - groups->since) > TWICE_MISSED_MS)
		groups->by_all = 0;
	return VERDICT_DUPLICATE;
}

static __always_inline void twice_unicast(struct fom_twice *twice, const struct fom_place *place)
{
	__u64 now = twice_ms();

	if (place->master->active != place->slot) {
		/* Where all comes by this one, other CPUs are spared the word. */
		if (now - twice->other_ms > 1000)
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
	const __u32 *addresses = (const void *)frame->bytes;
	struct fom_twice_groups *groups;
	__u32 which;
	enum verdict verdict;

	if (!twice)
		return VERDICT_ACCEPT;
	if (!(frame->bytes[0] & 1)) {
		twice_unicast(twice, place);
		return twice_seen(twice, frame, place->slot, TWICE_UNICAST_MOMENT) ? VERDICT_DUPLICATE : VERDICT_ACCEPT;
	}
	which = (addresses[0] * 0x9e3779b1 ^ addresses[1] * 0x85ebca6b ^ addresses[2]) * 0xc2b2ae35;
	groups = &twice->groups[which >> 25 & (TWICE_GROUPS - 1)]; /* what all bits of it have changed */
	verdict = twice_group(twice, place, groups);
	if (verdict != VERDICT_COMPARE)
		return verdict;
	if (!twice_seen(twice, frame, place->slot, TWICE_GROUP_MOMENT))
		return VERDICT_ACCEPT;
	groups->missed = 0;
	groups->by_all = 1;
	return VERDICT_DUPLICATE;
}

/* For programs at a device's ingress. What an XDP program there has let through was asked about then. */
static __always_inline enum verdict twice_compare_skb(struct __sk_buff *skb, const struct fom_place *place)
{
	struct twice_frame frame = {};
	__u32 length = skb->len;

	if (place->master->slots[place->slot].early)
		return VERDICT_ACCEPT;
	frame.more = length < TWICE_LEAST ? TWICE_LEAST : length;
	if (skb->vlan_present)
		frame.more |= (__u64)skb->vlan_tci << 32 | 1ull << 63;
	if (length >= TWICE_COMPARED + TWICE_COMPARED_END &&
	    bpf_skb_load_bytes(skb, length - TWICE_COMPARED_END, frame.end, TWICE_COMPARED_END))
		return VERDICT_ACCEPT;
	if (length > TWICE_COMPARED)
		length = TWICE_COMPARED;
	if (length < TWICE_HEADER || bpf_skb_load_bytes(skb, 0, frame.bytes, length))
		return VERDICT_ACCEPT;
	return twice_compare(place, &frame);
}
