// SPDX-License-Identifier: GPL-2.0-only
/*
 * A frame that the stack prepared for the master must suit whichever slave is active when it leaves. So the master
 * offers what every slave can.
 */
#include "fom.h"

#define FOM_VLAN_FEATURES                                                                                              \
	(NETIF_F_HW_CSUM | NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_GSO_SOFTWARE | NETIF_F_HIGHDMA | NETIF_F_LRO)
#define FOM_ENC_FEATURES (NETIF_F_HW_CSUM | NETIF_F_SG | NETIF_F_RXCSUM | NETIF_F_GSO_SOFTWARE)

/* A program that runs in the stack is to see each frame as it came. The kernel turns these off for a device's own
 * (generic_xdp_install(), netif_elide_gro()). */
#define FOM_MERGING_FEATURES (NETIF_F_GRO | NETIF_F_GRO_HW | NETIF_F_LRO)

/* What a user turned off on the master is off on its slaves; what we turned off there comes back with it. */
static void fom_follow_features(struct fom_slave *slave, netdev_features_t off)
{
	struct net_device *lower = slave->dev;
	netdev_features_t newly = off & ~slave->turned_off & lower->hw_features & lower->wanted_features;
	netdev_features_t back = slave->turned_off & ~off;

	if (!newly && !back)
		return;
	slave->turned_off = (slave->turned_off & ~back) | newly;
	lower->wanted_features = (lower->wanted_features & ~newly) | back;
	netdev_update_features(lower);
}

/**
 * fom_return_features() - give a slave the features back that it had before it was one
 * @slave: leaves
 *
 * Context: RTNL.
 */
void fom_return_features(struct fom_slave *slave)
{
	fom_follow_features(slave, 0);
}

/* Of receiving, and so nothing that all must have: the master has them if one slave has. */
#define FOM_RECEIVING_FEATURES (NETIF_F_LRO | NETIF_F_RXCSUM)

netdev_features_t fom_fix_features(struct net_device *dev, netdev_features_t features)
{
	netdev_features_t off = dev->hw_features & ~dev->wanted_features;
	struct fom_device *master = netdev_priv(dev);
	netdev_features_t mask = features;
	bool followed = master->follows;
	struct fom_slave *slave;

	/* That slaves have changed by this must not have the master look again (NETDEV_FEAT_CHANGE). */
	master->follows = true;
	fom_for_each_slave(master, slave)
		fom_follow_features(slave, rcu_access_pointer(slave->xdp_stack) ? off | FOM_MERGING_FEATURES : off);
	master->follows = followed;

	/* Whatever must be had by all is kept, whatever one slave is enough for is asked of each (bonding does the
	 * same). */
	features = (features & ~(NETIF_F_ONE_FOR_ALL | FOM_RECEIVING_FEATURES)) | NETIF_F_ALL_FOR_ALL;
	fom_for_each_slave(master, slave) {
		features = netdev_increment_features(features, slave->dev->features, mask);
		features |= slave->dev->features & mask & FOM_RECEIVING_FEATURES;
	}
	return netdev_add_tso_features(features, mask);
}

/**
 * fom_compute_features() - the slaves of a master have changed, or what they can
 * @master: its limits, headroom and features follow
 *
 * Context: RTNL.
 */
void fom_compute_features(struct fom_device *master)
{
	netdev_features_t vlan = FOM_VLAN_FEATURES & NETIF_F_ALL_FOR_ALL, enc = FOM_ENC_FEATURES;
	unsigned int keeps_dst = IFF_XMIT_DST_RELEASE | IFF_XMIT_DST_RELEASE_PERM;
	unsigned int min_mtu = ETH_MIN_MTU, max_mtu = ETH_MAX_MTU;
	unsigned int tso_size = TSO_MAX_SIZE, tso_segs = TSO_MAX_SEGS;
	unsigned short header = ETH_HLEN, headroom = 0, tailroom = 0;
	struct net_device *dev = master->dev;
	unsigned int rx_queues = 1;
	struct fom_slave *slave;

	fom_for_each_slave(master, slave) {
		const struct net_device *lower = slave->dev;

		vlan = netdev_increment_features(vlan, lower->vlan_features, FOM_VLAN_FEATURES);
		enc = netdev_increment_features(enc, lower->hw_enc_features, FOM_ENC_FEATURES);
		keeps_dst &= lower->priv_flags;
		rx_queues = max(rx_queues, lower->real_num_rx_queues);
		header = max(header, lower->hard_header_len);
		headroom = max(headroom, lower->needed_headroom);
		tailroom = max(tailroom, lower->needed_tailroom);
		min_mtu = max(min_mtu, lower->min_mtu);
		if (lower->max_mtu)
			max_mtu = min(max_mtu, lower->max_mtu);
		tso_size = min(tso_size, lower->tso_max_size);
		tso_segs = min_t(unsigned int, tso_segs, lower->tso_max_segs);
	}
	dev->hard_header_len = header;
	dev->needed_headroom = headroom;
	dev->needed_tailroom = tailroom;
	dev->min_mtu = min_mtu;
	dev->max_mtu = max_mtu;
	dev->vlan_features = vlan;
	dev->hw_enc_features = enc | NETIF_F_GSO_ENCAP_ALL | NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX;
	netif_set_tso_max_segs(dev, tso_segs);
	netif_set_tso_max_size(dev, tso_size);
	netif_set_real_num_rx_queues(dev, min(rx_queues, dev->num_rx_queues));
	dev->priv_flags &= ~IFF_XMIT_DST_RELEASE;
	if (dev->priv_flags & IFF_XMIT_DST_RELEASE_PERM &&
	    keeps_dst == (IFF_XMIT_DST_RELEASE | IFF_XMIT_DST_RELEASE_PERM))
		dev->priv_flags |= IFF_XMIT_DST_RELEASE;
	netdev_change_features(dev);
}
