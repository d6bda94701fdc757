// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters: 64 bits per CPU and slave, in the handlers themselves. What the master reports is their sum and what slaves
 * that have left had counted, so nothing is counted that did not pass the master, and nothing is forgotten.
 */
#include "fom.h"

static void fom_add(struct fom_totals *to, const struct fom_totals *from)
{
	to->rx_packets += from->rx_packets;
	to->rx_bytes += from->rx_bytes;
	to->rx_multicast += from->rx_multicast;
	to->rx_duplicate += from->rx_duplicate;
	to->rx_reflected += from->rx_reflected;
	to->tx_packets += from->tx_packets;
	to->tx_bytes += from->tx_bytes;
}

/**
 * fom_slave_totals() - what one slave has carried since it joined
 * @slave: of the caller's RCU section or under RTNL
 * @totals: is overwritten
 */
void fom_slave_totals(const struct fom_slave *slave, struct fom_totals *totals)
{
	int cpu;

	memset(totals, 0, sizeof(*totals));
	for_each_possible_cpu(cpu) {
		const struct fom_pcpu_stats *stats = per_cpu_ptr(slave->stats, cpu);
		struct fom_totals one;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&stats->syncp);
			one.rx_packets = u64_stats_read(&stats->rx_packets);
			one.rx_bytes = u64_stats_read(&stats->rx_bytes);
			one.rx_multicast = u64_stats_read(&stats->rx_multicast);
			one.rx_duplicate = u64_stats_read(&stats->rx_duplicate);
			one.rx_reflected = u64_stats_read(&stats->rx_reflected);
			one.tx_packets = u64_stats_read(&stats->tx_packets);
			one.tx_bytes = u64_stats_read(&stats->tx_bytes);
		} while (u64_stats_fetch_retry(&stats->syncp, start));
		fom_add(totals, &one);
	}
}

void fom_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_totals sum, one;
	struct fom_slave *slave;
	unsigned long flags;

	/* Under the lock no slave goes between its own counters and those of the gone. */
	spin_lock_irqsave(&master->lock, flags);
	sum = master->gone;
	list_for_each_entry(slave, &master->slaves, node) {
		fom_slave_totals(slave, &one);
		fom_add(&sum, &one);
	}
	spin_unlock_irqrestore(&master->lock, flags);
	stats->rx_packets = sum.rx_packets;
	stats->rx_bytes = sum.rx_bytes;
	stats->multicast = sum.rx_multicast;
	stats->tx_packets = sum.tx_packets;
	stats->tx_bytes = sum.tx_bytes;
}

/**
 * fom_slave_unlist() - take a slave out of its master's list, its counters into the master's
 * @slave: no frame of it is under way
 *
 * Context: RTNL.
 */
void fom_slave_unlist(struct fom_slave *slave)
{
	struct fom_device *master = slave->master;
	struct fom_totals totals;

	spin_lock_irq(&master->lock);
	fom_slave_totals(slave, &totals);
	fom_add(&master->gone, &totals);
	list_del_rcu(&slave->node);
	spin_unlock_irq(&master->lock);
}
