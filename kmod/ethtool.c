// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ethtool tells of a master: the link and the clock of its active slave, and what each slave has carried.
 */
#include <linux/ethtool.h>

#include "fom.h"

/* The active slave, if it can be asked for something. */
static struct net_device *fom_active_dev(struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave = rtnl_dereference(master->active);

	return slave && fom_slave_live(slave) ? slave->dev : NULL;
}

static void fom_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, FOM_NAME, sizeof(info->driver));
	strscpy(info->version, FOM_VERSION, sizeof(info->version));
}

static int fom_get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *settings)
{
	struct net_device *lower = fom_active_dev(dev);

	if (lower)
		return __ethtool_get_link_ksettings(lower, settings);
	settings->base.duplex = DUPLEX_UNKNOWN;
	settings->base.port = PORT_OTHER;
	settings->base.speed = SPEED_UNKNOWN;
	return 0;
}

static int fom_get_ts_info(struct net_device *dev, fom_compat_ts_info *info)
{
	struct net_device *lower = fom_active_dev(dev);

	if (lower)
		return fom_compat_get_ts_info(lower, info);
	info->so_timestamping = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
	info->phc_index = -1;
	return 0;
}

/* Of each slave, in the order of fom_row(). */
static const char *const fom_counters[] = {
	"rx_packets", "rx_bytes", "rx_duplicate", "rx_reflected", "tx_packets", "tx_bytes",
};

#define FOM_COUNTERS ARRAY_SIZE(fom_counters)

static void fom_row(struct fom_slave *slave, u64 *row)
{
	struct rtnl_link_stats64 share;
	struct fom_refused refused;

	fom_slave_stats(slave, &share, &refused);
	*row++ += share.rx_packets;
	*row++ += share.rx_bytes;
	*row++ += refused.duplicate;
	*row++ += refused.reflected;
	*row++ += share.tx_packets;
	*row++ += share.tx_bytes;
}

/* The roles always have their rows, so that a NIC that is away does not change what the others mean. */
static const char *const fom_rows[] = { [FOM_ROLE_PRIMARY] = "primary", [FOM_ROLE_STANDBY] = "standby" };

#define FOM_ROWS 2

static int fom_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? FOM_ROWS * FOM_COUNTERS : -EOPNOTSUPP;
}

static void fom_get_strings(struct net_device *dev, u32 set, u8 *strings)
{
	unsigned int role, i;

	if (set != ETH_SS_STATS)
		return;
	for (role = FOM_ROLE_PRIMARY; role <= FOM_ROLE_STANDBY; role++)
		for (i = 0; i < FOM_COUNTERS; i++)
			ethtool_sprintf(&strings, "%s_%s", fom_rows[role], fom_counters[i]);
}

static void fom_get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *values)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;

	memset(values, 0, FOM_ROWS * FOM_COUNTERS * sizeof(u64));
	fom_for_each_slave(master, slave)
		fom_row(slave, values + (slave->role - FOM_ROLE_PRIMARY) * FOM_COUNTERS);
}

const struct ethtool_ops fom_ethtool_ops = {
	.get_drvinfo = fom_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = fom_get_link_ksettings,
	.get_ts_info = fom_get_ts_info,
	.get_sset_count = fom_get_sset_count,
	.get_strings = fom_get_strings,
	.get_ethtool_stats = fom_get_ethtool_stats,
};
