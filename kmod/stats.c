// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters. A frame is counted by the driver of the NIC that carries it. A slave's share is what its driver has counted
 * since it joined, less what the master refused (copies, our own frames coming back); a master's is the sum of those,
 * and of what slaves that have left had. So nothing is counted that did not pass the master, and nothing is forgotten.
 */
#include "fom.h"

#define FOM_STATS (sizeof(struct rtnl_link_stats64) / sizeof(u64))
static_assert(FOM_STATS * sizeof(u64) == sizeof(struct rtnl_link_stats64));

/*
 * What a counter has grown by. Drivers may start again from zero when they are opened, and may count in 32 bits: less
 * than before, and near enough by way of those, is an overflow.
 */
static u64 fom_counted(u64 now, u64 before)
{
	if (now >= before)
		return now - before;
	if (before >> 32)
		return 0;
	return max((s32)((u32)now - (u32)before), 0);
}

static void fom_refused(const struct fom_slave *slave, struct fom_refused *refused)
{
	int cpu;

	memset(refused, 0, sizeof(*refused));
	for_each_possible_cpu(cpu) {
		const struct fom_pcpu_stats *stats = per_cpu_ptr(slave->stats, cpu);
		u64 duplicate, reflected, group, bytes;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&stats->syncp);
			duplicate = u64_stats_read(&stats->rx_duplicate);
			reflected = u64_stats_read(&stats->rx_reflected);
			group = u64_stats_read(&stats->rx_refused_group);
			bytes = u64_stats_read(&stats->rx_refused_bytes);
		} while (u64_stats_fetch_retry(&stats->syncp, start));
		refused->duplicate += duplicate;
		refused->reflected += reflected;
		refused->group += group;
		refused->bytes += bytes;
	}
}

/**
 * fom_reflected() - how many of our own frames a slave has brought
 * @slave: since it joined
 */
u64 fom_reflected(const struct fom_slave *slave)
{
	struct fom_refused refused;

	fom_refused(slave, &refused);
	return refused.reflected;
}

/* Never less than before: a driver may count a frame later than we refuse it. */
static void fom_raise(__u64 *told, u64 counted, u64 refused)
{
	if (counted > refused)
		*told = max_t(u64, *told, counted - refused);
}

/* Bring a slave's share up to date; under stats_lock. */
static void fom_slave_fold(struct fom_slave *slave)
{
	u64 *sum = (u64 *)&slave->counted, *last = (u64 *)&slave->last;
	struct rtnl_link_stats64 now;
	struct fom_refused refused;
	unsigned int i;

	dev_get_stats(slave->dev, &now);
	for (i = 0; i < FOM_STATS; i++)
		sum[i] += fom_counted(((u64 *)&now)[i], last[i]);
	slave->last = now;

	fom_refused(slave, &refused);
	now = slave->counted;
	now.rx_packets = slave->share.rx_packets;
	now.rx_bytes = slave->share.rx_bytes;
	now.multicast = slave->share.multicast;
	/* That nobody wanted a refused frame is no news (RX_HANDLER_EXACT). */
	now.rx_nohandler = 0;
	fom_raise(&now.rx_packets, slave->counted.rx_packets, refused.duplicate + refused.reflected);
	fom_raise(&now.rx_bytes, slave->counted.rx_bytes, refused.bytes);
	fom_raise(&now.multicast, slave->counted.multicast, refused.group);
	slave->share = now;
}

static void fom_add(struct rtnl_link_stats64 *to, const struct rtnl_link_stats64 *from)
{
	unsigned int i;

	for (i = 0; i < FOM_STATS; i++)
		((u64 *)to)[i] += ((const u64 *)from)[i];
}

/**
 * fom_slave_stats() - what one slave has carried since it joined
 * @slave: under RTNL
 * @share: filled
 * @refused: filled with what it brought and the master did not want
 */
void fom_slave_stats(struct fom_slave *slave, struct rtnl_link_stats64 *share, struct fom_refused *refused)
{
	spin_lock_bh(&slave->master->stats_lock);
	fom_slave_fold(slave);
	*share = slave->share;
	spin_unlock_bh(&slave->master->stats_lock);
	fom_refused(slave, refused);
}

void fom_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;

	rcu_read_lock();
	spin_lock_bh(&master->stats_lock);
	*stats = master->gone;
	fom_for_each_slave(master, slave) {
		if (slave->left)
			continue;
		fom_slave_fold(slave);
		fom_add(stats, &slave->share);
	}
	spin_unlock_bh(&master->stats_lock);
	rcu_read_unlock();
}

/**
 * fom_stats_begin() - what a slave's driver has counted until now is not the master's
 * @slave: joins
 */
void fom_stats_begin(struct fom_slave *slave)
{
	dev_get_stats(slave->dev, &slave->last);
}

/**
 * fom_stats_keep() - what a slave has carried stays with its master
 * @slave: leaves
 */
void fom_stats_keep(struct fom_slave *slave)
{
	struct fom_device *master = slave->master;

	spin_lock_bh(&master->stats_lock);
	fom_slave_fold(slave);
	fom_add(&master->gone, &slave->share);
	WRITE_ONCE(slave->left, true);
	spin_unlock_bh(&master->stats_lock);
}
