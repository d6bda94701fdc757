// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the fabric brings by both slaves enters once, by whichever is first.
 *
 * Group frames: a fabric that serves both ports brings each twice, and then the active slave's are enough. But some
 * bring them to one port only, the paravirtual one for instance. So after each switch they are taken from all slaves,
 * and compared, until one has come by both.
 *
 * Unicast comes by one port, unless the fabric does not know where we are and floods it. So nothing is compared before
 * some comes by a slave that is not active, nor for long after.
 *
 * Two frames are the same if their first bytes are, and came by different slaves within a moment: as in IEC 62439-3
 * (PRP), but without its sequence numbers, which the fabric would have to give them.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/siphash.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "fom.h"

#define FOM_COMPARED 128 /* bytes of a frame; addresses, numbers and sums are within */
#define FOM_MOMENT_MS 50 /* between two copies; what sends the same again waits longer */
#define FOM_WARY (10 * HZ)
/* So many group frames by another slave, none by the active one: then that one is not served. */
#define FOM_MISSED 8

/* A print: what a frame is << 20 | who brought it << 16 | when, in ms. */
#define FOM_PRINT_FRAME 20
#define FOM_PRINT_SLOT 16

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

static u64 fom_print(const struct fom_frame *frame)
{
	static siphash_aligned_key_t key;
	/* One copy may be filled up to the least length of a frame, the other not. */
	u8 bytes[FOM_COMPARED] __aligned(8) = {};
	unsigned int n = min_t(unsigned int, frame->bytes, FOM_COMPARED);
	u64 more;

	if (frame->skb) {
		if (skb_copy_bits(frame->skb, -ETH_HLEN, bytes, n))
			return 0;
	} else {
		memcpy(bytes, frame->header, min_t(unsigned int, n, frame->linear));
	}
	fom_forget_sum(bytes, ntohs(frame->header->h_proto));
	more = max_t(unsigned int, frame->bytes, ETH_ZLEN);
	if (frame->skb && skb_vlan_tag_present(frame->skb))
		more |= (u64)skb_vlan_tag_get(frame->skb) << 32 | 1ULL << 63;
	net_get_random_once(&key, sizeof(key));
	return siphash(bytes, sizeof(bytes), &key) ^ siphash_1u64(more, &key);
}

/* Was it brought by another slave, a moment ago? Of two copies under way at once, one CPU finds the other's. */
static bool fom_seen(const struct fom_slave *slave, const struct fom_frame *frame)
{
	u64 print = fom_print(frame), *kept = &slave->master->prints[print % FOM_PRINTS];
	u16 now = jiffies_to_msecs(jiffies);
	u64 mine = print >> FOM_PRINT_FRAME << FOM_PRINT_FRAME | (u64)slave->slot << FOM_PRINT_SLOT | now;
	u64 before = xchg(kept, mine);

	if ((before ^ mine) >> FOM_PRINT_FRAME || (u16)(now - (u16)before) > FOM_MOMENT_MS)
		return false;
	/* The same slave's is not a copy: it was sent again. */
	if (((before ^ mine) >> FOM_PRINT_SLOT) == 0)
		return false;
	cmpxchg(kept, mine, 0);
	return true;
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
	struct fom_groups *groups = &slave->master->groups[is_broadcast_ether_addr(frame->header->h_dest)];
	bool active = slave == rcu_access_pointer(slave->master->active);

	/* What others behind the master have sent comes back by the slaves that are not active. */
	if (slave->upper->flags & IFF_PROMISC || !netdev_uc_empty(slave->upper))
		return !active;
	if (!READ_ONCE(groups->by_all)) {
		if (!fom_seen(slave, frame))
			return false;
		WRITE_ONCE(groups->missed, 0);
		WRITE_ONCE(groups->by_all, true);
		return true;
	}
	if (!active) {
		WRITE_ONCE(groups->missed, READ_ONCE(groups->missed) + 1);
		if (READ_ONCE(groups->missed) > FOM_MISSED)
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
		WRITE_ONCE(slave->wary, false);
	raw_spin_unlock_irqrestore(&master->lock, flags);
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
		WRITE_ONCE(master->wary_until, jiffies + FOM_WARY);
		if (active && !READ_ONCE(active->wary))
			WRITE_ONCE(active->wary, true);
	} else if (time_after(jiffies, READ_ONCE(master->wary_until))) {
		fom_trust(slave);
	}
	return fom_seen(slave, frame);
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
	list_for_each_entry(slave, &master->slaves, node)
		WRITE_ONCE(slave->wary, slave != active);
}
