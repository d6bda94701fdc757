// SPDX-License-Identifier: GPL-2.0-only
/*
 * What leaves the master leaves by the active slave, or by one that a program has named. Each frame looks at that
 * slave's state; no event has to come first.
 *
 * A frame has been through dev_queue_xmit() once, for the master. The second time, for the slave, would check features,
 * segment, pick a queue and pass its queueing discipline to no effect as long as nothing waits there. So the master's
 * pass is made to suit the slave (fom_features_check()), and the frame is given to the slave's driver at once; whatever
 * does not fit that goes the long way.
 */
#include <linux/if_vlan.h>
#include <linux/ipv6.h>
#include <linux/netpoll.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/sch_generic.h>

#include "fom.h"

/* Where the master's pass notes which slave it was made to suit; it is there for masters (bonding, team use it too). */
static u16 *fom_suits(struct sk_buff *skb)
{
	return &qdisc_skb_cb(skb)->slave_dev_queue_mapping;
}

/* The slave that a program has named for this frame (FOM_STEER()), or the active one. */
static struct fom_slave *fom_sender(struct fom_device *master, const struct sk_buff *skb, struct fom_slave *active)
{
#ifdef CONFIG_NET_SCHED
	struct fom_slave *slave;

	if (likely(skb->tc_index < FOM_STEER(0)))
		return active;
	fom_for_each_slave(master, slave) {
		if (FOM_STEER(slave->slot) != skb->tc_index || slave == active || !fom_slave_usable(slave))
			continue;
		if (READ_ONCE(master->steered) != jiffies)
			WRITE_ONCE(master->steered, jiffies);
		return slave;
	}
#endif
	return active;
}

/*
 * Of a frame in segments: the slave's own pass would neither split it, for it is too large, nor have it split in a way
 * between the two (NETIF_F_GSO_PARTIAL).
 */
static bool fom_segments_fit(const struct sk_buff *skb, const struct net_device *lower)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	netdev_features_t type = (netdev_features_t)info->gso_type << NETIF_F_GSO_SHIFT;

	return !(type & lower->gso_partial_features) && info->gso_segs <= lower->gso_max_segs &&
	       skb->len < fom_compat_gso_max_size(lower, skb);
}

/* The slave sums this frame. Many do so for TCP and UDP only, without options in front of them. */
static bool fom_sums(const struct sk_buff *skb, const struct net_device *lower)
{
	if (skb->ip_summed != CHECKSUM_PARTIAL || lower->features & NETIF_F_HW_CSUM)
		return true;
	if (skb->csum_offset != offsetof(struct tcphdr, check) && skb->csum_offset != offsetof(struct udphdr, check))
		return false;
	if (skb->protocol == htons(ETH_P_IP))
		return lower->features & NETIF_F_IP_CSUM;
	return skb->protocol == htons(ETH_P_IPV6) && lower->features & NETIF_F_IPV6_CSUM &&
	       skb_checksum_start_offset(skb) - skb_network_offset(skb) == sizeof(struct ipv6hdr);
}

/*
 * netif_skb_features() of the master asks: segments and checksums are then made as the active slave wants them. Raw
 * sockets that bypass the master's queue ask outside of any RCU section (__dev_direct_xmit()).
 */
netdev_features_t fom_features_check(struct sk_buff *skb, struct net_device *dev, netdev_features_t features)
{
	struct fom_device *master = netdev_priv(dev);
	const struct net_device *lower;
	const struct fom_slave *slave;

	*fom_suits(skb) = 0;
	/* Features inside tunnels and tags are sets of their own: those frames take the slave's pass. */
	if (skb->encapsulation || skb_vlan_tagged(skb))
		return features;
	rcu_read_lock();
	slave = fom_sender(master, skb, rcu_dereference(master->active));
	if (unlikely(!slave))
		goto out;
	lower = slave->dev;
	if (!fom_sums(skb, lower) || (skb_is_gso(skb) && !fom_segments_fit(skb, lower)))
		goto out;
	/* That it can sum this very frame is all that is asked of it. */
	features &= lower->features | NETIF_F_HW_CSUM;
	if (lower->netdev_ops->ndo_features_check)
		features &= lower->netdev_ops->ndo_features_check(skb, slave->dev, features);
	*fom_suits(skb) = slave->mark;
out:
	rcu_read_unlock();
	return features;
}

static u16 fom_pick_queue(struct net_device *lower, struct sk_buff *skb)
{
	const struct net_device_ops *ops = lower->netdev_ops;
	u16 queue;

	if (lower->real_num_tx_queues <= 1)
		return 0;
	queue = ops->ndo_select_queue ? ops->ndo_select_queue(lower, skb, NULL) : netdev_pick_tx(lower, skb, NULL);
	return netdev_cap_txqueue(lower, queue);
}

/* Nothing waits in this queue nor has just left it for the driver, and the discipline would let the frame pass. */
static bool fom_queue_idle(const struct netdev_queue *queue)
{
	struct Qdisc *qdisc = rcu_dereference_bh(queue->qdisc);

	return qdisc->flags & TCQ_F_CAN_BYPASS && qdisc_is_empty(qdisc) && !qdisc_is_running(qdisc);
}

/* Give the frame to the driver. False: it was not taken and is as before. */
static bool fom_xmit_direct(struct sk_buff *skb, struct net_device *lower)
{
	netdev_tx_t taken = NETDEV_TX_BUSY;
	struct netdev_queue *queue;
	u16 number;

	if (unlikely(dev_nit_active(lower) || fom_compat_has_egress(lower)))
		return false;
	number = fom_pick_queue(lower, skb);
	queue = netdev_get_tx_queue(lower, number);
	if (unlikely(!fom_queue_idle(queue)))
		return false;
	if (lower->priv_flags & IFF_XMIT_DST_RELEASE)
		skb_dst_drop(skb);
	else
		skb_dst_force(skb);
	if (unlikely(!HARD_TX_TRYLOCK(lower, queue)))
		return false;
	if (likely(!netif_xmit_frozen_or_stopped(queue))) {
		skb_set_queue_mapping(skb, number);
		taken = netdev_start_xmit(skb, lower, queue, false);
	}
	HARD_TX_UNLOCK(lower, queue);
	if (likely(dev_xmit_complete(taken)))
		return true;
	/* A number left there would be taken for the queue that the frame came in by (skb_tx_hash()). */
	skb_set_queue_mapping(skb, 0);
	return false;
}

netdev_tx_t fom_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave = fom_sender(master, skb, rcu_dereference_bh(master->active));

	if (unlikely(!slave || !fom_slave_live(slave))) {
		slave = fom_replace_dead(master, slave);
		if (!slave) {
			dev_core_stats_tx_dropped_inc(dev);
			dev_kfree_skb_any(skb);
			return NETDEV_TX_OK;
		}
	}
	/* Before netpoll looks: what the device cannot do, the tag of a VLAN say, is done for it. */
	skb->dev = slave->dev;
	if (unlikely(netpoll_tx_running(dev)))
		return netpoll_send_skb(slave->netpoll, skb);
	if (likely(*fom_suits(skb) == slave->mark) && fom_xmit_direct(skb, slave->dev))
		return NETDEV_TX_OK;
	return dev_queue_xmit(skb);
}
