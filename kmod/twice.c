// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the fabric brings by both slaves enters once, by whichever is first.
 *
 * Group frames: a fabric that serves both ports brings each twice, and then the active slave's are enough. But some
 * bring them to one port only, or only some of them. So after each switch those of one sender to one address are taken
 * from all slaves, and compared, until one has come by both.
 *
 * Unicast comes by one port, unless the fabric does not know where we are and floods it. So nothing is compared before
 * some comes by a slave that is not active, nor for long after.
 *
 * Two frames are the same if their beginnings and ends are, and came by different slaves within a moment: as in
 * IEC 62439-3 (PRP), but without its sequence numbers, which the fabric would have to give them.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/siphash.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "fom.h"

#define FOM_COMPARED 128 /* bytes of a frame's beginning; addresses, numbers and sums are within */
#define FOM_COMPARED_END 32

/* Between two copies, in ms. What is sent to one again because no answer came may be the same, and no copy. */
#define FOM_GROUP_MOMENT 250
#define FOM_UNICAST_MOMENT 10
#define FOM_WARY (10 * HZ)
/* So many group frames by another slave in so many ms, none by the active one: then that one is not served. */
#define FOM_MISSED 8
#define FOM_MISSED_MS 1000

/* A print: what a frame is << 24 | slots that have brought it << 16 | when, in ms. */
#define FOM_PRINT_FRAME 24
#define FOM_PRINT_SLOTS 16

/* Sums are the sender's to fill in or the NIC's: one copy may have it already. */
static void fom_forget_sum(u8 *bytes, u16 protocol)
{
	unsigned int at = ETH_HLEN;
	u8 carried;

	if (protocol == ETH_P_IP) {
		carried = bytes[at + offsetof(struct iphdr, protocol)];
		at += (bytes[at] & 0x0f) * 4;
	} else if (protocol == ETH_P_IPV6) {
		carried = bytes[at + offsetof(struct ipv6hdr, nexthdr)];
		at += sizeof(struct ipv6hdr);
	} else {
		return;
	}
	if (carried == IPPROTO_UDP)
		memset(bytes + at + offsetof(struct udphdr, check), 0, sizeof(__sum16));
	else if (carried == IPPROTO_TCP)
		memset(bytes + at + offsetof(struct tcphdr, check), 0, sizeof(__sum16));
}

/* 0: cannot be compared. */
static u64 fom_print(const struct fom_frame *frame)
{
	static siphash_aligned_key_t key;
	/* One copy may be filled up to the least length of a frame, the other not. */
	u8 bytes[FOM_COMPARED + FOM_COMPARED_END] __aligned(8) = {};
	unsigned int n = min_t(unsigned int, frame->bytes, FOM_COMPARED);
	bool longer = frame->bytes >= FOM_COMPARED + FOM_COMPARED_END;
	u8 *end = bytes + FOM_COMPARED;
	u64 more;

	if (frame->skb) {
		if (skb_copy_bits(frame->skb, -ETH_HLEN, bytes, n) ||
		    (longer && skb_copy_bits(frame->skb, frame->skb->len - FOM_COMPARED_END, end, FOM_COMPARED_END)))
			return 0;
	} else {
		/* In several buffers, which other drivers cut elsewhere. */
		if (frame->linear < frame->bytes)
			return 0;
		memcpy(bytes, frame->header, n);
		if (longer)
			memcpy(end, (const u8 *)frame->header + frame->bytes - FOM_COMPARED_END, FOM_COMPARED_END);
	}
	fom_forget_sum(bytes, ntohs(frame->header->h_proto));
	more = max_t(unsigned int, frame->bytes, ETH_ZLEN);
	if (frame->skb && skb_vlan_tag_present(frame->skb))
		more |= (u64)skb_vlan_tag_get(frame->skb) << 32 | 1ULL << 63;
	net_get_random_once(&key, sizeof(key));
	return siphash(bytes, sizeof(bytes), &key) ^ siphash_1u64(more, &key);
}

/* Was it brought by another slave, a moment ago, and not yet by this one? */
static bool fom_seen(const struct fom_slave *slave, const struct fom_frame *frame, u16 moment)
{
	u64 print = fom_print(frame), mine, before, after, bit = BIT_ULL(FOM_PRINT_SLOTS + slave->slot);
	atomic64_t *kept = &slave->master->prints[print % FOM_PRINTS];
	bool copy;
	u16 now;

	if (unlikely(!print))
		return false;
	do {
		before = atomic64_read(kept);
		now = jiffies_to_msecs(jiffies);
		mine = print >> FOM_PRINT_FRAME << FOM_PRINT_FRAME | bit | now;
		/* The same slave's is not a copy: it was sent again. The other CPU's clock may be ahead. */
		copy = !((before ^ mine) >> FOM_PRINT_FRAME) && !(before & bit) &&
		       (u16)(now - (u16)before + moment) <= 2 * moment;
		after = copy ? before | bit : mine;
	} while (atomic64_cmpxchg(kept, before, after) != before);
	return copy;
}

/* Does what others behind it have sent come back by its slaves? A capture alone makes no others. */
static bool fom_others_behind(const struct net_device *dev)
{
	return rcu_access_pointer(dev->rx_handler) || !netdev_uc_empty(dev) ||
	       (dev->flags & IFF_PROMISC && !list_empty(&dev->adj_list.upper));
}

/**
 * fom_group_twice() - is this group frame one of two, and not the first?
 * @slave: brought it
 * @frame: not one between a NIC and its port
 *
 * Context: softirq.
 */
bool fom_group_twice(const struct fom_slave *slave, const struct fom_frame *frame)
{
	u32 which = jhash(frame->header, 2 * ETH_ALEN, 0);
	struct fom_groups *groups = &slave->master->groups[which % FOM_GROUPS];
	bool active = slave == rcu_access_pointer(slave->master->active);

	if (fom_others_behind(slave->upper))
		return !active;
	if (!READ_ONCE(groups->by_all)) {
		if (!fom_seen(slave, frame, FOM_GROUP_MOMENT))
			return false;
		WRITE_ONCE(groups->missed, 0);
		WRITE_ONCE(groups->by_all, true);
		return true;
	}
	if (!active) {
		u8 missed = READ_ONCE(groups->missed);
		u16 now = jiffies_to_msecs(jiffies);

		/* A NIC that is late brings many at once, and then the other's have long been refused. */
		if (!missed)
			WRITE_ONCE(groups->since, now);
		if (missed <= FOM_MISSED)
			WRITE_ONCE(groups->missed, missed + 1);
		else if ((u16)(now - READ_ONCE(groups->since)) > FOM_MISSED_MS)
			WRITE_ONCE(groups->by_all, false);
		return true;
	}
	if (READ_ONCE(groups->missed))
		WRITE_ONCE(groups->missed, 0);
	return false;
}

/* Nothing has come by another slave for a while. */
static void fom_trust(struct fom_slave *slave)
{
	struct fom_device *master = slave->master;
	unsigned long flags;

	raw_spin_lock_irqsave(&master->lock, flags);
	if (rcu_access_pointer(master->active) == slave)
		fom_slave_be_wary(slave, false);
	raw_spin_unlock_irqrestore(&master->lock, flags);
}

/* It need not be active any more: then it is wary already. */
static void fom_distrust(struct fom_slave *slave)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&slave->master->lock, flags);
	fom_slave_be_wary(slave, true);
	raw_spin_unlock_irqrestore(&slave->master->lock, flags);
}

/**
 * fom_unicast_twice() - is this frame to us one of two, and not the first?
 * @slave: brought it; a wary one
 * @frame: it
 *
 * Context: softirq.
 */
bool fom_unicast_twice(struct fom_slave *slave, const struct fom_frame *frame)
{
	struct fom_device *master = slave->master;
	struct fom_slave *active = rcu_dereference_bh(master->active);

	if (slave != active) {
		/* Where all comes by this one, other CPUs are spared the word. */
		if (time_before(READ_ONCE(master->wary_until), jiffies + FOM_WARY - HZ))
			WRITE_ONCE(master->wary_until, jiffies + FOM_WARY);
		if (active && !READ_ONCE(active->wary))
			fom_distrust(active);
	} else if (time_after(jiffies, READ_ONCE(master->wary_until))) {
		fom_trust(slave);
	}
	return fom_seen(slave, frame, FOM_UNICAST_MOMENT);
}

/**
 * fom_twice_begin() - another slave is active, or one has come
 * @master: its lock is held
 *
 * What was found out about the fabric is to be found out again.
 */
void fom_twice_begin(struct fom_device *master)
{
	const struct fom_slave *active = rcu_dereference_protected(master->active, lockdep_is_held(&master->lock));
	struct fom_slave *slave;

	memset(master->groups, 0, sizeof(master->groups));
	WRITE_ONCE(master->wary_until, jiffies);
	list_for_each_entry(slave, &master->slaves, node)
		fom_slave_be_wary(slave, slave != active);
}
