/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels we build for, 6.1 and newer. Nothing outside this directory asks for a version; each
 * function says since when the newer form exists, so that the older can be deleted with the last kernel that needs it.
 */
#ifndef _FOM_COMPAT_H
#define _FOM_COMPAT_H

#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/net_tstamp.h>
#include <linux/netdevice.h>
#include <linux/phy.h>
#include <linux/version.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "fom needs kernel 6.1 or newer"
#endif

/* Transmits without the queue's lock, stays in its namespace. Fields of their own since 6.12, the latter renamed
 * in 6.15. */
static inline void fom_compat_set_master_traits(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	dev->lltx = true;
	dev->netns_immutable = true;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
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

/* Why something failed, where whoever failed has not said so: a macro of the kernel's since 6.2. */
#ifdef NL_SET_ERR_MSG_WEAK
#define FOM_COMPAT_SET_ERR_MSG_WEAK NL_SET_ERR_MSG_WEAK
#else
#define FOM_COMPAT_SET_ERR_MSG_WEAK(extack, msg)                                                                       \
	do {                                                                                                           \
		if ((extack) && !(extack)->_msg)                                                                       \
			NL_SET_ERR_MSG(extack, msg);                                                                   \
	} while (0)
#endif

/* A driver's program by way of a function since 6.11; before that its operation is called. */
static inline int fom_compat_xdp_propagate(struct net_device *dev, struct netdev_bpf *bpf)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	return dev_xdp_propagate(dev, bpf);
#else
	return dev->netdev_ops->ndo_bpf ? dev->netdev_ops->ndo_bpf(dev, bpf) : -EOPNOTSUPP;
#endif
}

/* May replace the skb since 6.9. */
static inline int fom_compat_xdp_generic(struct bpf_prog *prog, struct sk_buff **pskb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	return do_xdp_generic(prog, pskb);
#else
	return do_xdp_generic(prog, *pskb);
#endif
}

/* What a device can is asked before a frame is redirected to it, since 6.3. */
static inline void fom_compat_set_xdp_features(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	dev->xdp_features = NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT | NETDEV_XDP_ACT_NDO_XMIT |
			    NETDEV_XDP_ACT_RX_SG | NETDEV_XDP_ACT_NDO_XMIT_SG;
#endif
}

/* It sends frames in several buffers: says so since 6.3. */
static inline bool fom_compat_xdp_xmits_frags(const struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return dev->xdp_features & NETDEV_XDP_ACT_NDO_XMIT_SG;
#else
	return false;
#endif
}

/* Where a program of this CPU wants a frame to go; of this task since 6.11. */
static inline struct bpf_redirect_info *fom_compat_redirect_info(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	return bpf_net_ctx_get_ri();
#else
	return this_cpu_ptr(&bpf_redirect_info);
#endif
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

/* Of IPv4 frames a limit of its own since 6.3. */
static inline unsigned int fom_compat_gso_max_size(const struct net_device *dev, const struct sk_buff *skb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return netif_get_gso_max_size(dev, skb);
#else
	return READ_ONCE(dev->gso_max_size);
#endif
}

/* Bound to its namespace: it could be hidden, but not be given back. */
static inline bool fom_compat_stays(const struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	return dev->netns_immutable;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return dev->netns_local;
#else
	return dev->features & NETIF_F_NETNS_LOCAL;
#endif
}

/* Something looks at what leaves by this device: tc (its programs and filters in another place since 6.6), netfilter.
 */
static inline bool fom_compat_has_egress(const struct net_device *dev)
{
#if defined(CONFIG_NETFILTER_EGRESS)
	if (rcu_access_pointer(dev->nf_hooks_egress))
		return true;
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return IS_ENABLED(CONFIG_NET_XGRESS) && rcu_access_pointer(dev->tcx_egress);
#elif defined(CONFIG_NET_CLS_ACT)
	return rcu_access_pointer(dev->miniq_egress);
#else
	return false;
#endif
}

/*
 * Since 6.15 some drivers' devices have a lock of their own, which is held while NETDEV_REGISTER is told of them and
 * which the functions that a slave is set up with take. RTNL, held all along, keeps everybody else out meanwhile.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#include <net/netdev_lock.h>

#define fom_compat_unlock(dev) netdev_unlock_ops(dev)
#define fom_compat_lock(dev) netdev_lock_ops(dev)
#else
#define fom_compat_unlock(dev) ((void)(dev))
#define fom_compat_lock(dev) ((void)(dev))
#endif

/*
 * Moves a registered device that is locked by nobody. Since 6.15 what takes an ifindex is no longer exported: it keeps
 * its own where that is free, and has any other where it is not.
 */
static inline int fom_compat_change_net(struct net_device *dev, struct net *net, const char *pattern, int ifindex)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	return dev_change_net_namespace(dev, net, pattern);
#else
	return __dev_change_net_namespace(dev, net, pattern, ifindex);
#endif
}

/* An address was a struct sockaddr before 6.16; a pointer to void becomes either. */
static inline int fom_compat_set_mac_address(struct net_device *dev, struct sockaddr_storage *address)
{
	return dev_set_mac_address(dev, (void *)address, NULL);
}

/* What a new link is made of comes in one struct since 6.15. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define FOM_COMPAT_NEWLINK(ours)
#define fom_compat_newlink(ours) ours
#else
struct rtnl_newlink_params {
	struct nlattr **tb;
	struct nlattr **data;
};

#define FOM_COMPAT_NEWLINK(ours)                                                                                       \
	static int ours##_before(struct net *net, struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],  \
				 struct netlink_ext_ack *extack)                                                       \
	{                                                                                                              \
		struct rtnl_newlink_params params = { .tb = tb, .data = data };                                        \
                                                                                                                       \
		return ours(dev, &params, extack);                                                                     \
	}
#define fom_compat_newlink(ours) ours##_before
#endif

/* ndo_netpoll_setup() was given a netpoll_info too, which nobody needed, in 6.12 and before; gone by 7.2. */
#define fom_compat_netpoll_setup(ours, ours_before)                                                                    \
	_Generic(((struct net_device_ops *)NULL)->ndo_netpoll_setup, int (*)(struct net_device *)                      \
		 : ours, default                                                                                       \
		 : ours_before)

#endif /* _FOM_COMPAT_H */
