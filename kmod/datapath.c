// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames. What leaves the master leaves by the active slave; what comes in by any slave enters the master, if it is not
 * a copy of something the active slave has brought or will bring.
 */
#include <linux/netpoll.h>
#include <net/sch_generic.h>

#include "fom.h"

/* The active slave looks at each frame whether it can take it; no event has to come first. */
netdev_tx_t fom_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave = rcu_dereference_bh(master->active);
	struct fom_pcpu_stats *stats;

	if (unlikely(!slave || !fom_slave_live(slave))) {
		slave = fom_replace_dead(master, slave);
		if (!slave) {
			dev_core_stats_tx_dropped_inc(dev);
			dev_kfree_skb_any(skb);
			return NETDEV_TX_OK;
		}
	}
	stats = this_cpu_ptr(slave->stats);
	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->tx_packets, skb_is_gso(skb) ? skb_shinfo(skb)->gso_segs : 1);
	u64_stats_add(&stats->tx_bytes, qdisc_pkt_len(skb));
	u64_stats_update_end(&stats->syncp);

	skb->dev = slave->dev;
	if (unlikely(netpoll_tx_running(dev)))
		return netpoll_send_skb(slave->netpoll, skb);
	return dev_queue_xmit(skb);
}

/* A frame that the master's users must not see a second time, or never. */
static bool fom_unwanted(const struct fom_slave *slave, const struct sk_buff *skb, struct fom_pcpu_stats *stats)
{
	const struct ethhdr *header = eth_hdr(skb);

	if (unlikely(ether_addr_equal_64bits(header->h_source, slave->master->dev->dev_addr))) {
		u64_stats_inc(&stats->rx_reflected);
		return true;
	}
	/* Group frames, and what a promiscuous slave hears of others' unicast, come by every slave. */
	if (unlikely(skb->pkt_type != PACKET_HOST) && slave != rcu_access_pointer(slave->master->active)) {
		u64_stats_inc(&stats->rx_duplicate);
		return true;
	}
	return false;
}

rx_handler_result_t fom_receive(struct sk_buff **pskb)
{
	struct sk_buff *skb = skb_share_check(*pskb, GFP_ATOMIC);
	struct fom_pcpu_stats *stats;
	struct fom_slave *slave;
	bool unwanted;

	if (unlikely(!skb))
		return RX_HANDLER_CONSUMED;
	*pskb = skb;
	slave = rcu_dereference(skb->dev->rx_handler_data);
	stats = this_cpu_ptr(slave->stats);

	u64_stats_update_begin(&stats->syncp);
	unwanted = fom_unwanted(slave, skb, stats);
	if (likely(!unwanted)) {
		u64_stats_add(&stats->rx_packets, max_t(u16, 1, skb_shinfo(skb)->gso_segs));
		u64_stats_add(&stats->rx_bytes, skb->len + ETH_HLEN);
		if (skb->pkt_type == PACKET_MULTICAST)
			u64_stats_inc(&stats->rx_multicast);
	}
	u64_stats_update_end(&stats->syncp);
	/* Whoever asked this very slave for a protocol (LLDP) still gets it. */
	if (unlikely(unwanted))
		return RX_HANDLER_EXACT;
	skb->dev = slave->master->dev;
	return RX_HANDLER_ANOTHER;
}
