// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slaves join and leave. Everything here is under RTNL; what joining acquires is released in reverse when a step fails.
 */
#include <linux/if_vlan.h>

#include "fom.h"

/**
 * fom_slave_of() - what this device is to us
 * @dev: any device
 *
 * Context: RTNL or RCU.
 * Return: NULL if it is no slave of ours.
 */
struct fom_slave *fom_slave_of(const struct net_device *dev)
{
	if (!fom_receives(rcu_access_pointer(dev->rx_handler)))
		return NULL;
	return rcu_dereference_rtnl(dev->rx_handler_data);
}

/**
 * fom_slave_in() - the slave with this role
 * @master: any
 * @role: primary or standby
 *
 * Context: RTNL or RCU.
 */
struct fom_slave *fom_slave_in(struct fom_device *master, enum fom_role role)
{
	struct fom_slave *slave;

	fom_for_each_slave(master, slave)
		if (slave->role == role)
			return slave;
	return NULL;
}

/**
 * fom_slave_at() - the slave in this slot
 * @master: any
 * @slot: any number
 *
 * Context: RTNL or RCU.
 */
struct fom_slave *fom_slave_at(struct fom_device *master, unsigned int slot)
{
	struct fom_slave *slave;

	fom_for_each_slave(master, slave)
		if (slave->slot == slot)
			return slave;
	return NULL;
}

static int fom_slave_refused(struct fom_device *master, struct net_device *dev, struct netlink_ext_ack *extack)
{
	if (dev->type != ARPHRD_ETHER || dev->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG(extack, "Only Ethernet devices can be slaves");
		return -EINVAL;
	}
	if (fom_is_master(dev)) {
		NL_SET_ERR_MSG(extack, "A master cannot be a slave");
		return -EINVAL;
	}
	if (netdev_is_rx_handler_busy(dev) || netdev_master_upper_dev_get(dev)) {
		NL_SET_ERR_MSG(extack, "The device belongs to another master, bridge or macvlan");
		return -EBUSY;
	}
	if (netdev_has_upper_dev(dev, master->dev) || netdev_has_upper_dev(master->dev, dev)) {
		NL_SET_ERR_MSG(extack, "The device and the master are stacked on each other already");
		return -EBUSY;
	}
	if (dev->features & NETIF_F_VLAN_CHALLENGED && vlan_uses_dev(master->dev)) {
		NL_SET_ERR_MSG(extack, "The device cannot carry the VLANs that are on the master");
		return -EPERM;
	}
	return 0;
}

/**
 * fom_slave_slot() - where the next slave of this role would be
 * @master: any
 * @role: primary or standby
 *
 * Context: RTNL.
 * Return: -ENOSPC if there is no place.
 */
int fom_slave_slot(struct fom_device *master, enum fom_role role)
{
	/* The first two slots belong to the roles, so that a NIC that comes back has the place it had. */
	unsigned int slot = master->standby_parent ? role - FOM_ROLE_PRIMARY : 0;
	unsigned int other = FOM_ROLE_STANDBY - role;
	struct fom_slave *slave;

again:
	fom_for_each_slave(master, slave) {
		if (slave->slot == slot || (master->standby_parent && slot == other)) {
			if (++slot == FOM_MAX_SLAVES)
				return -ENOSPC;
			goto again;
		}
	}
	return slot;
}

static int fom_slave_set_address(struct fom_slave *slave, const u8 *mac)
{
	struct sockaddr_storage address = { .ss_family = slave->dev->type };

	memcpy(((struct sockaddr *)&address)->sa_data, mac, ETH_ALEN);
	return fom_compat_set_mac_address(slave->dev, &address);
}

static void fom_slave_unlisten(struct fom_slave *slave)
{
	if (is_zero_ether_addr(slave->listens_to))
		return;
	dev_uc_del(slave->dev, slave->listens_to);
	eth_zero_addr(slave->listens_to);
}

/**
 * fom_slave_answer_to() - a slave has the master's address
 * @slave: takes it as its own; if its driver refuses that, it keeps its own and listens to the master's as well
 * @mac: the address
 *
 * Refusals are common: virtio_net's whenever VIRTIO_NET_F_STANDBY was negotiated, a VF's whose address the host has
 * set.
 *
 * Context: RTNL.
 */
int fom_slave_answer_to(struct fom_slave *slave, const u8 *mac)
{
	int err;

	if (!ether_addr_equal(slave->dev->dev_addr, mac) && fom_slave_set_address(slave, mac)) {
		if (ether_addr_equal(slave->listens_to, mac))
			return 0;
		err = dev_uc_add(slave->dev, mac);
		if (err)
			return err;
		fom_slave_unlisten(slave);
		ether_addr_copy(slave->listens_to, mac);
		return 0;
	}
	fom_slave_unlisten(slave);
	return 0;
}

static void fom_slave_return_address(struct fom_slave *slave)
{
	fom_slave_unlisten(slave);
	if (!ether_addr_equal(slave->dev->dev_addr, slave->own_mac))
		fom_slave_set_address(slave, slave->own_mac);
}

static void fom_slave_filters(struct fom_slave *slave)
{
	struct net_device *to = slave->dev, *from = slave->master->dev;

	if (from->flags & IFF_PROMISC)
		dev_set_promiscuity(to, 1);
	if (from->flags & IFF_ALLMULTI)
		dev_set_allmulti(to, 1);
	if (!(from->flags & IFF_UP))
		return;
	netif_addr_lock_bh(from);
	dev_uc_sync_multiple(to, from);
	dev_mc_sync_multiple(to, from);
	netif_addr_unlock_bh(from);
}

static void fom_slave_drop_filters(struct fom_slave *slave)
{
	struct net_device *to = slave->dev, *from = slave->master->dev;

	if (from->flags & IFF_PROMISC)
		dev_set_promiscuity(to, -1);
	if (from->flags & IFF_ALLMULTI)
		dev_set_allmulti(to, -1);
	dev_uc_unsync(to, from);
	dev_mc_unsync(to, from);
}

/* Another for each that joins, so that no frame prepared for one is taken for the next one's; never 0. */
static u16 fom_next_mark(void)
{
	static u16 last;

	ASSERT_RTNL();
	if (!++last)
		++last;
	return last;
}

/**
 * fom_slave_add() - make a device a slave
 * @master: gets it
 * @dev: registered, in any namespace
 * @role: what for
 * @open: now, if the master is open; else the caller sees to it
 * @extack: told why not; may be NULL
 *
 * Context: RTNL.
 */
int fom_slave_add(struct fom_device *master, struct net_device *dev, enum fom_role role, bool open,
		  struct netlink_ext_ack *extack)
{
	struct netdev_lag_upper_info lag = {
		.tx_type = NETDEV_LAG_TX_TYPE_ACTIVEBACKUP,
		.hash_type = NETDEV_LAG_HASH_NONE,
	};
	struct fom_slave *slave;
	int slot, err;

	ASSERT_RTNL();
	err = fom_slave_refused(master, dev, extack);
	if (err)
		return err;
	slot = fom_slave_slot(master, role);
	if (slot < 0) {
		NL_SET_ERR_MSG(extack, "The master has as many slaves as it can have");
		return slot;
	}
	slave = kzalloc(sizeof(*slave), GFP_KERNEL);
	if (!slave)
		return -ENOMEM;
	slave->stats = netdev_alloc_pcpu_stats(struct fom_pcpu_stats);
	if (!slave->stats) {
		err = -ENOMEM;
		goto no_stats;
	}
	refcount_set(&slave->refs, 1);
	slave->dev = dev;
	slave->upper = master->dev;
	slave->master = master;
	slave->role = role;
	slave->slot = slot;
	slave->mark = fom_next_mark();
	slave->losses = -1; /* more than none: the first interrupt begins a count */
	slave->hidden = fom_hidden_net() && net_eq(dev_net(dev), fom_hidden_net());
	slave->rank = role == FOM_ROLE_STANDBY ? FOM_MAX_SLAVES + slot : slot;
	slave->own_mtu = dev->mtu;
	ether_addr_copy(slave->own_mac, dev->dev_addr);

	err = dev_set_mtu(dev, master->dev->mtu);
	if (err) {
		NL_SET_ERR_MSG(extack, "The device refuses the master's MTU");
		goto no_mtu;
	}
	err = fom_slave_answer_to(slave, master->dev->dev_addr);
	if (err) {
		NL_SET_ERR_MSG(extack, "The device refuses the master's address");
		goto no_address;
	}
	fom_compat_set_no_addrconf(dev, true);
	/* Before it is opened: some drivers take the link down for that. */
	if (master->xdp_prog) {
		err = fom_slave_xdp_set(slave, master->xdp_prog);
		if (err) {
			NL_SET_ERR_MSG(extack, "The device has an XDP program of its own");
			goto no_xdp;
		}
	}
	open = open && master->dev->flags & IFF_UP && !(dev->flags & IFF_UP);
	if (open) {
		err = dev_open(dev, extack);
		if (err) {
			FOM_COMPAT_SET_ERR_MSG_WEAK(extack, "The device cannot be opened");
			goto no_open;
		}
	}
	err = vlan_vids_add_by_dev(dev, master->dev);
	if (err) {
		NL_SET_ERR_MSG(extack, "The device refuses a VLAN of the master");
		goto no_vlans;
	}
	if (rtnl_dereference(master->dev->npinfo)) {
		err = fom_slave_netpoll_begin(slave);
		if (err) {
			NL_SET_ERR_MSG(extack, "The device cannot be polled, which somebody does with the master");
			goto no_netpoll;
		}
	}
	err = netdev_rx_handler_register(dev, fom_receive_watched, slave);
	if (err) {
		NL_SET_ERR_MSG(extack, "What the device receives goes elsewhere");
		goto no_handler;
	}
	err = netdev_master_upper_dev_link(dev, master->dev, slave, &lag, extack);
	if (err)
		goto no_upper;
	fom_stats_begin(slave);

	raw_spin_lock_irq(&master->lock);
	list_add_tail_rcu(&slave->node, &master->slaves);
	slave->receives = true;
	fom_twice_begin(master);
	raw_spin_unlock_irq(&master->lock);
	/* In the list first: group addresses come and go without RTNL. */
	fom_slave_filters(slave);

	fom_carrier_listen(slave);
	WRITE_ONCE(master->slot_device[slot], fom_pci_device(dev));
	fom_event_add(master, FOM_EVENT_JOINED, slot, role);
	fom_compute_features(master);
	fom_reselect(master, FOM_CAUSE_STARTUP);
	netdev_info(master->dev, "%s is its %s\n", dev->name, role == FOM_ROLE_PRIMARY ? "primary" : "standby");
	return 0;

no_upper:
	netdev_rx_handler_unregister(dev);
no_handler:
	fom_slave_netpoll_end(slave);
no_netpoll:
	vlan_vids_del_by_dev(dev, master->dev);
no_vlans:
	if (open)
		dev_close(dev);
no_open:
	fom_slave_xdp_set(slave, NULL);
no_xdp:
	fom_compat_set_no_addrconf(dev, false);
	fom_slave_return_address(slave);
no_address:
	dev_set_mtu(dev, slave->own_mtu);
no_mtu:
	free_percpu(slave->stats);
no_stats:
	kfree(slave);
	return err;
}

static void fom_slave_free(struct rcu_head *rcu)
{
	struct fom_slave *slave = container_of(rcu, struct fom_slave, rcu);

	free_percpu(slave->stats);
	kfree(slave);
}

/**
 * fom_slave_put() - let go of a slave that was kept over a sleep
 * @slave: freed after a grace period if it has left meanwhile
 */
void fom_slave_put(struct fom_slave *slave)
{
	if (refcount_dec_and_test(&slave->refs))
		call_rcu(&slave->rcu, fom_slave_free);
}

/**
 * fom_slave_del() - a slave is one no more
 * @slave: freed after a grace period
 *
 * Context: RTNL.
 */
void fom_slave_del(struct fom_slave *slave)
{
	struct fom_device *master = slave->master;
	struct net_device *dev = slave->dev;

	ASSERT_RTNL();
	fom_slave_leave(slave, FOM_CAUSE_UNREGISTER);
	netdev_upper_dev_unlink(dev, master->dev);
	raw_spin_lock_irq(&master->lock);
	slave->receives = false;
	raw_spin_unlock_irq(&master->lock);
	netdev_rx_handler_unregister(dev); /* waits: no frame by it is under way after this */
	fom_stats_keep(slave);
	raw_spin_lock_irq(&master->lock);
	list_del_rcu(&slave->node);
	if (rcu_access_pointer(master->active) == slave)
		RCU_INIT_POINTER(master->active, NULL);
	raw_spin_unlock_irq(&master->lock);
	fom_slave_netpoll_end(slave);
	fom_slave_xdp_set(slave, NULL);
	fom_slave_drop_filters(slave);
	vlan_vids_del_by_dev(dev, master->dev);
	dev_close(dev);
	fom_compat_set_no_addrconf(dev, false);
	if (dev->reg_state == NETREG_REGISTERED) {
		fom_return_features(slave);
		fom_slave_return_address(slave);
		dev_set_mtu(dev, slave->own_mtu);
	}
	fom_event_add(master, FOM_EVENT_LEFT, slave->slot, slave->role);
	fom_compute_features(master);
	netdev_info(master->dev, "%s is no slave any more\n", dev->name);
	fom_slave_put(slave);
}

/* Behind the probe of its device, if that is under way. */
static bool fom_slave_probed(const struct fom_slave *slave)
{
	struct device *parent = slave->dev->dev.parent;

	if (!parent)
		return true;
	if (!device_trylock(parent))
		return false;
	device_unlock(parent);
	return true;
}

/**
 * fom_open_work() - open slaves of an open master whose drivers are done with them
 * @work: fom_device.open
 *
 * A driver's probe() goes on after it has registered the device, and some undo then what opening did: virtio_net stops
 * listening to its device until it is opened. Nothing is waited for here, because whoever ends the master waits for us.
 */
void fom_open_work(struct work_struct *work)
{
	struct fom_device *master = container_of(to_delayed_work(work), struct fom_device, open);
	struct fom_slave *slave;
	bool again = false;
	int err;

	if (!rtnl_trylock()) {
		mod_delayed_work(fom_wq, &master->open, 1);
		return;
	}
	fom_hide_give_back(master);
	fom_for_each_slave(master, slave) {
		if (!netif_running(master->dev) || slave->dev->flags & IFF_UP)
			continue;
		if (!fom_slave_probed(slave)) {
			again = true;
			continue;
		}
		err = dev_open(slave->dev, NULL);
		if (err)
			netdev_warn(master->dev, "%s cannot be opened: error %d\n", slave->dev->name, err);
	}
	rtnl_unlock();
	if (again)
		mod_delayed_work(fom_wq, &master->open, 1);
}
