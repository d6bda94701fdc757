// SPDX-License-Identifier: GPL-2.0-only
/*
 * Masters: the net_device that users see.
 */
#include <linux/if_vlan.h>
#include <linux/module.h>

#include "fom.h"

LIST_HEAD(fom_masters); /* changes under RTNL; readers hold that or are in an RCU section */

static int fom_open(struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;

	/* A slave that cannot be opened does not keep the others from carrying. */
	fom_for_each_slave(master, slave) {
		int err = dev_open(slave->dev, NULL);

		if (err)
			netdev_warn(dev, "%s cannot be opened: error %d\n", slave->dev->name, err);
	}
	fom_reselect(master, FOM_CAUSE_STARTUP);
	return 0;
}

static int fom_stop(struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;

	netif_carrier_off(dev);
	fom_deselect(master);
	fom_for_each_slave(master, slave) {
		dev_uc_unsync(slave->dev, dev);
		dev_mc_unsync(slave->dev, dev);
		dev_close(slave->dev);
	}
	return 0;
}

/**
 * fom_slaves_follow() - every slave follows the master, or those that did go back
 * @master: has not changed yet
 * @follow: makes one slave follow; if it fails, that slave is as it was
 * @to: where to
 * @back: where they are now
 * @failed: if one fails: which
 *
 * What drivers change with it is theirs, and not looked at until the caller has done so (fom_compute_features()).
 *
 * Context: RTNL.
 */
int fom_slaves_follow(struct fom_device *master, int (*follow)(struct fom_slave *slave, const void *to), const void *to,
		      const void *back, const struct fom_slave **failed)
{
	bool followed = master->follows;
	struct fom_slave *slave, *ahead;
	int err = 0;

	master->follows = true;
	fom_for_each_slave(master, slave) {
		err = follow(slave, to);
		if (err)
			break;
	}
	if (err) {
		*failed = slave;
		fom_for_each_slave(master, ahead) {
			if (ahead == slave)
				break;
			follow(ahead, back);
		}
	}
	master->follows = followed;
	return err;
}

static int fom_slave_set_mtu(struct fom_slave *slave, const void *to)
{
	int mtu = *(const int *)to, before = slave->dev->mtu;
	int err = dev_set_mtu(slave->dev, mtu);

	if (err)
		return err;
	err = fom_slave_xdp_check(slave);
	if (err)
		dev_set_mtu(slave->dev, before);
	return err;
}

static int fom_change_mtu(struct net_device *dev, int mtu)
{
	struct fom_device *master = netdev_priv(dev);
	const struct fom_slave *failed;
	int err;

	err = fom_slaves_follow(master, fom_slave_set_mtu, &mtu, &dev->mtu, &failed);
	if (err)
		netdev_err(dev, "%s refuses an MTU of %d, all stay at %u\n", failed->dev->name, mtu, dev->mtu);
	else
		WRITE_ONCE(dev->mtu, mtu);
	/* What drivers changed with it was not heard. */
	fom_compute_features(master);
	return err;
}

static int fom_slave_set_mac(struct fom_slave *slave, const void *to)
{
	return fom_slave_answer_to(slave, to);
}

static int fom_set_mac_address(struct net_device *dev, void *address)
{
	struct fom_device *master = netdev_priv(dev);
	const u8 *mac = ((struct sockaddr *)address)->sa_data;
	const struct fom_slave *failed;
	int err = eth_prepare_mac_addr_change(dev, address);

	if (err)
		return err;
	err = fom_slaves_follow(master, fom_slave_set_mac, mac, dev->dev_addr, &failed);
	if (err)
		netdev_err(dev, "%s cannot answer to %pM, all keep their address\n", failed->dev->name, mac);
	else
		eth_commit_mac_addr_change(dev, address);
	/* What drivers changed with it was not heard. */
	fom_compute_features(master);
	return err;
}

static void fom_change_rx_flags(struct net_device *dev, int change)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;

	fom_for_each_slave(master, slave) {
		if (change & IFF_PROMISC)
			dev_set_promiscuity(slave->dev, dev->flags & IFF_PROMISC ? 1 : -1);
		if (change & IFF_ALLMULTI)
			dev_set_allmulti(slave->dev, dev->flags & IFF_ALLMULTI ? 1 : -1);
	}
}

static void fom_set_rx_mode(struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;

	rcu_read_lock();
	fom_for_each_slave(master, slave) {
		dev_uc_sync_multiple(slave->dev, dev);
		dev_mc_sync_multiple(slave->dev, dev);
	}
	rcu_read_unlock();
}

struct fom_vlan {
	__be16 proto;
	u16 vid;
	bool wanted;
};

static int fom_slave_set_vlan(struct fom_slave *slave, const void *to)
{
	const struct fom_vlan *vlan = to;

	if (vlan->wanted)
		return vlan_vid_add(slave->dev, vlan->proto, vlan->vid);
	vlan_vid_del(slave->dev, vlan->proto, vlan->vid);
	return 0;
}

static int fom_vlan_rx_add_vid(struct net_device *dev, __be16 proto, u16 vid)
{
	struct fom_vlan with = { proto, vid, .wanted = true }, without = { proto, vid };
	const struct fom_slave *failed;
	int err;

	err = fom_slaves_follow(netdev_priv(dev), fom_slave_set_vlan, &with, &without, &failed);
	if (err)
		netdev_err(dev, "%s refuses VLAN %u\n", failed->dev->name, vid);
	return err;
}

static int fom_vlan_rx_kill_vid(struct net_device *dev, __be16 proto, u16 vid)
{
	struct fom_vlan without = { proto, vid };
	const struct fom_slave *failed;

	return fom_slaves_follow(netdev_priv(dev), fom_slave_set_vlan, &without, NULL, &failed);
}

static void fom_uninit(struct net_device *dev)
{
	fom_master_leave(dev);
}

static const struct net_device_ops fom_netdev_ops = {
	.ndo_uninit = fom_uninit,
	.ndo_open = fom_open,
	.ndo_stop = fom_stop,
	.ndo_start_xmit = fom_xmit,
	.ndo_get_stats64 = fom_get_stats64,
	.ndo_change_mtu = fom_change_mtu,
	.ndo_set_mac_address = fom_set_mac_address,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_change_rx_flags = fom_change_rx_flags,
	.ndo_set_rx_mode = fom_set_rx_mode,
	.ndo_vlan_rx_add_vid = fom_vlan_rx_add_vid,
	.ndo_vlan_rx_kill_vid = fom_vlan_rx_kill_vid,
	.ndo_add_slave = fom_add_slave,
	.ndo_del_slave = fom_del_slave,
	.ndo_fix_features = fom_fix_features,
	.ndo_features_check = fom_features_check,
	.ndo_bpf = fom_bpf,
	.ndo_xdp_xmit = fom_xdp_xmit,
#ifdef CONFIG_NET_POLL_CONTROLLER
	.ndo_netpoll_setup = fom_compat_netpoll_setup(fom_netpoll_setup, fom_netpoll_setup_before),
	.ndo_netpoll_cleanup = fom_netpoll_cleanup,
	.ndo_poll_controller = fom_poll_controller,
#endif
};

/**
 * fom_is_master() - is this device one of ours?
 * @dev: any device
 */
bool fom_is_master(const struct net_device *dev)
{
	return dev->netdev_ops == &fom_netdev_ops;
}

/**
 * fom_master_setup() - what every master is, before it has slaves
 * @dev: fresh from alloc_netdev()
 */
void fom_master_setup(struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);

	ether_setup(dev);
	master->dev = dev;
	INIT_LIST_HEAD(&master->slaves);
	raw_spin_lock_init(&master->lock);
	spin_lock_init(&master->stats_lock);
	INIT_DELAYED_WORK(&master->announce, fom_announce_work);
	fom_moves_init(master);
	master->steered = jiffies - HZ;
	INIT_DELAYED_WORK(&master->open, fom_open_work);
	INIT_DELAYED_WORK(&master->settle, fom_settle_work);
	INIT_WORK(&master->refresh, fom_refresh_work);
	master->options = (struct fom_options){
		.announce_rounds = 5,
		.chosen = FOM_NO_SLOT,
		.failback = FOM_FAILBACK_ALWAYS,
		.hold_ms = 100,
	};

	dev->netdev_ops = &fom_netdev_ops;
	dev->ethtool_ops = &fom_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->max_mtu = ETH_MAX_MTU;
	dev->priv_flags |= IFF_UNICAST_FLT | IFF_NO_QUEUE | IFF_LIVE_ADDR_CHANGE;
	dev->priv_flags &= ~(IFF_XMIT_DST_RELEASE | IFF_TX_SKB_SHARING);
	fom_compat_set_master_traits(dev);
	fom_compat_set_xdp_features(dev);

	dev->hw_features = NETIF_F_HW_CSUM | NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_GSO_SOFTWARE | NETIF_F_HIGHDMA |
			   NETIF_F_RXCSUM | NETIF_F_LRO | NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_CTAG_FILTER |
			   NETIF_F_HW_VLAN_STAG_RX | NETIF_F_HW_VLAN_STAG_FILTER | NETIF_F_GSO_ENCAP_ALL;
	dev->features |= dev->hw_features | NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX;
}

static int fom_free_index(void)
{
	struct fom_device *master;
	unsigned int index = 0;

again:
	list_for_each_entry(master, &fom_masters, node) {
		if (master->index == index) {
			if (++index == FOM_MAX_MASTERS)
				return -ENOSPC;
			goto again;
		}
	}
	return index;
}

/**
 * fom_master_enter() - register a master and have it among the others
 * @dev: set up, with its address
 * @extack: told why not; may be NULL
 *
 * Context: RTNL.
 */
int fom_master_enter(struct net_device *dev, struct netlink_ext_ack *extack)
{
	struct fom_device *master = netdev_priv(dev);
	int err = fom_free_index();

	if (err < 0) {
		NL_SET_ERR_MSG(extack, "There are as many masters as there can be");
		return err;
	}
	master->index = err;
	err = register_netdevice(dev);
	if (err)
		return err;
	netif_carrier_off(dev);
	list_add_tail_rcu(&master->node, &fom_masters);
	master->listed = true;
	return 0;
}

static void fom_master_unlist(struct fom_device *master)
{
	if (master->listed)
		list_del_rcu(&master->node);
	master->listed = false;
}

/**
 * fom_master_leave() - a master that is being unregistered lets its slaves go
 * @dev: the master
 *
 * Context: RTNL.
 */
void fom_master_leave(struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave, *next;

	fom_master_unlist(master);
	list_for_each_entry_safe(slave, next, &master->slaves, node)
		fom_slave_del(slave);
	/* Who found it before it was unlisted may still have work done for it. */
	synchronize_net();
	cancel_delayed_work_sync(&master->open);
	cancel_delayed_work_sync(&master->settle);
	cancel_delayed_work_sync(&master->announce);
	cancel_work_sync(&master->refresh);
}

/**
 * fom_get_num_rx_queues() - as many as a slave may have for this machine
 *
 * A master has one queue to send by: it keeps no frame, and a slave picks among its own by the flow. Frames that come
 * in carry the number of the slave's queue.
 */
unsigned int fom_get_num_rx_queues(void)
{
	return clamp(num_possible_cpus(), 16u, 256u);
}

/**
 * fom_standby_create() - the master for a virtio-net device that negotiated VIRTIO_NET_F_STANDBY
 * @standby: not registered yet
 *
 * The master has the standby's parent, so that udev gives it the name that the standby would have had. Whatever comes
 * with that parent is its standby, whatever comes with the same address its primary.
 *
 * Return: the master, or an error in the pointer.
 */
struct fom_device *fom_standby_create(struct net_device *standby)
{
	struct fom_device *master;
	struct net_device *dev;
	int err;

	dev = alloc_netdev_mqs(sizeof(*master), "eth%d", NET_NAME_ENUM, fom_master_setup, 1, fom_get_num_rx_queues());
	if (!dev)
		return ERR_PTR(-ENOMEM);
	master = netdev_priv(dev);
	dev_net_set(dev, dev_net(standby));
	SET_NETDEV_DEV(dev, standby->dev.parent);
	eth_hw_addr_set(dev, standby->dev_addr);
	dev->addr_assign_type = standby->addr_assign_type;
	dev->mtu = standby->mtu;
	dev->min_mtu = standby->min_mtu;
	dev->max_mtu = standby->max_mtu;
	master->standby_parent = standby->dev.parent;
	ether_addr_copy(master->pair_mac, standby->dev_addr);

	rtnl_lock();
	err = fom_master_enter(dev, NULL);
	if (err)
		free_netdev(dev);
	else
		fom_hide_catch_up();
	rtnl_unlock();
	return err ? ERR_PTR(err) : master;
}
EXPORT_SYMBOL_GPL(fom_standby_create);

/**
 * fom_standby_destroy() - its standby has been unregistered
 * @master: from fom_standby_create()
 *
 * A primary that is still there is given to the users of the master.
 */
void fom_standby_destroy(struct fom_device *master)
{
	struct net *home = dev_net(master->dev);
	struct fom_slave *slave, *next;

	rtnl_lock();
	fom_master_unlist(master); /* nothing finds its master here any more */
	fom_hide_give_back(master);
	list_for_each_entry_safe(slave, next, &master->slaves, node) {
		struct net_device *dev = slave->dev;
		bool hidden = slave->hidden;

		fom_slave_del(slave);
		if (hidden)
			fom_hide_undo(dev, home);
	}
	unregister_netdevice(master->dev);
	rtnl_unlock();
}
EXPORT_SYMBOL_GPL(fom_standby_destroy);
