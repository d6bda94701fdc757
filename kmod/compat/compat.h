/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels we build for, 6.1 and newer. Nothing outside this directory asks for a version; each
 * function says since when the newer form exists, so that the older can be deleted with the last kernel that needs it.
 */
#ifndef _FOM_COMPAT_H
#define _FOM_COMPAT_H

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/netdevice.h>
#include <linux/phy.h>
#include <linux/version.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "fom needs kernel 6.1 or newer"
#endif

/* Transmits without the queue's lock, stays in its namespace. Fields of their own since 6.12. */
static inline void fom_compat_set_master_traits(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	dev->lltx = true;
	dev->netns_local = true;
#else
	dev->features |= NETIF_F_LLTX | NETIF_F_NETNS_LOCAL;
#endif
}

/* IPv6 leaves this device alone: IFF_NO_ADDRCONF since 6.3, before that whatever is IFF_SLAVE. */
static inline void fom_compat_set_no_addrconf(struct net_device *dev, bool on)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	if (on)
		dev->priv_flags |= IFF_NO_ADDRCONF;
	else
		dev->priv_flags &= ~IFF_NO_ADDRCONF;
#endif
	if (on)
		dev->flags |= IFF_SLAVE;
	else
		dev->flags &= ~IFF_SLAVE;
}

/*
 * Gives a device that is being registered, and is in no list yet, an ifindex of another namespace. Since 6.6 an ifindex
 * is reserved in an xarray of its namespace; a reservation without a device behind it is left over from a registration
 * that failed, and is taken. Returns 0, or -EBUSY when the ifindex is in use there.
 */
static inline int fom_compat_take_ifindex(struct net_device *dev, struct net *from, struct net *to, int ifindex)
{
	if (__dev_get_by_index(to, ifindex))
		return -EBUSY;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	{
		int err = xa_insert(&to->dev_by_index, ifindex, NULL, GFP_KERNEL);

		if (err && err != -EBUSY)
			return err;
		xa_erase(&from->dev_by_index, dev->ifindex);
	}
#endif
	dev->ifindex = ifindex;
	return 0;
}

/* Time stamping: struct kernel_ethtool_ts_info and a function to ask another device since 6.11 and 6.12. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
typedef struct kernel_ethtool_ts_info fom_compat_ts_info;

static inline int fom_compat_get_ts_info(struct net_device *dev, fom_compat_ts_info *info)
{
	return ethtool_get_ts_info_by_layer(dev, info);
}
#else
typedef struct ethtool_ts_info fom_compat_ts_info;

static inline int fom_compat_get_ts_info(struct net_device *dev, fom_compat_ts_info *info)
{
	if (phy_has_tsinfo(dev->phydev))
		return phy_ts_info(dev->phydev, info);
	if (dev->ethtool_ops->get_ts_info)
		return dev->ethtool_ops->get_ts_info(dev, info);
	info->so_timestamping = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
	info->phc_index = -1;
	return 0;
}
#endif

#endif /* _FOM_COMPAT_H */
