// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hide only: where the kernel's own net_failover is built in, ours cannot take its place, but the slaves of its masters
 * can be hidden. It looks for them in every namespace (failover_get_bymac() in net/core/failover.c) and carries frames
 * as before. Asked for by a parameter, because it keeps failoverd from helping such a master: a frame can only be given
 * to a device in its own namespace.
 */
#include <linux/module.h>

#include "fom.h"

static bool hide_net_failovers;
module_param(hide_net_failovers, bool, 0444);
MODULE_PARM_DESC(hide_net_failovers, "hide the slaves of the kernel's own net_failover too, where that is built in");

/* What is tried at most, from the ifindex that a device was to have. */
#define FOM_BESIDE_INDICES 4096
/* Until a driver that could not open its device is asked again; it may be busy with its probe. */
#define FOM_BESIDE_BUSY (HZ / 10)

/*
 * What we have hidden, by the address of its net_device, which is only compared; others hide things there too. Those
 * with the mark were slaves while users saw them and are refused in the hidden namespace: they stay where users see
 * them. Under RTNL.
 */
static DEFINE_XARRAY(fom_beside_known);
#define FOM_BESIDE_REFUSED XA_MARK_0

static bool fom_beside_on; /* under RTNL */

static unsigned long fom_beside_key(const struct net_device *dev)
{
	return (unsigned long)dev;
}

static bool fom_beside_may_hide(const struct net_device *dev)
{
	/* A net_failover that is being made has no queue, and nothing else that tells it from a NIC. */
	return dev->type == ARPHRD_ETHER && dev->dev.parent && !dev->rtnl_link_ops &&
	       !(dev->priv_flags & IFF_NO_QUEUE) && !fom_is_master(dev) && !fom_compat_stays(dev);
}

/* It will be a slave of one: the same device is its parent, or it has the same address. */
static bool fom_beside_will_join(const struct net_device *dev)
{
	struct net_device *one;

	for_each_netdev(&init_net, one) {
		if (netif_is_failover(one) &&
		    (one->dev.parent == dev->dev.parent || ether_addr_equal(one->dev_addr, dev->dev_addr)))
			return true;
	}
	return false;
}

static int fom_beside_note(struct net_device *dev)
{
	return xa_err(xa_store(&fom_beside_known, fom_beside_key(dev), xa_mk_value(1), GFP_KERNEL));
}

static bool fom_beside_refused(const struct net_device *dev)
{
	return xa_get_mark(&fom_beside_known, fom_beside_key(dev), FOM_BESIDE_REFUSED);
}

/* A device that nobody has seen yet keeps its name, where that is free in the hidden namespace too. */
static int fom_beside_enter(struct net_device *dev, struct net *to)
{
	int ifindex = dev->ifindex, err = -EBUSY;
	char name[IFNAMSIZ];

	strscpy(name, dev->name, sizeof(name));
	for (; err == -EBUSY && ifindex < dev->ifindex + FOM_BESIDE_INDICES; ifindex++) {
		if (__dev_get_by_name(to, name))
			snprintf(name, sizeof(name), "nic%d", ifindex);
		if (!__dev_get_by_name(to, name))
			err = fom_compat_take_ifindex(dev, &init_net, to, ifindex);
	}
	if (err)
		return err;
	strscpy(dev->name, name, IFNAMSIZ);
	dev_net_set(dev, to);
	fom_compat_set_no_addrconf(dev, true);
	return 0;
}

static void fom_beside_new(struct net_device *dev)
{
	struct net *to = fom_hidden_net();
	int err;

	/* The one at its address that could not register was another. */
	xa_erase(&fom_beside_known, fom_beside_key(dev));
	if (!to || !net_eq(dev_net(dev), &init_net) || !fom_beside_may_hide(dev) || !fom_beside_will_join(dev))
		return;
	err = fom_beside_note(dev) ?: fom_beside_enter(dev, to);
	if (err)
		pr_warn(FOM_NAME ": %s cannot be hidden: error %d\n", dev->name, err);
}

/* A slave that users see. */
static void fom_beside_move(struct net_device *dev, struct net *hidden)
{
	int err = fom_beside_note(dev);

	if (!err) {
		fom_compat_set_no_addrconf(dev, true);
		err = fom_compat_change_net(dev, hidden, "nic%d", 0);
	}
	if (err) {
		fom_compat_set_no_addrconf(dev, false);
		netdev_warn(dev, "stays visible: error %d\n", err);
	}
	if (!netif_is_failover_slave(dev))
		xa_set_mark(&fom_beside_known, fom_beside_key(dev), FOM_BESIDE_REFUSED);
}

static void fom_beside_give_back(struct net_device *dev)
{
	fom_compat_set_no_addrconf(dev, false);
	fom_hide_undo(dev, &init_net);
	if (net_eq(dev_net(dev), &init_net) && !fom_beside_refused(dev))
		xa_erase(&fom_beside_known, fom_beside_key(dev));
}

/* net_failover leaves one closed whose driver is busy, until users rename it, which nobody does there. */
static int fom_beside_open(struct net_device *dev)
{
	const struct net_device *upper = netdev_master_upper_dev_get(dev);

	if (!upper || !netif_running(upper) || dev->flags & IFF_UP)
		return 0;
	return dev_open(dev, NULL);
}

static void fom_beside_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(fom_beside_look, fom_beside_work);

/* Slaves that users see go, what is hidden and no slave comes back. */
static void fom_beside_work(struct work_struct *work)
{
	struct net_device *dev, *next;
	struct net *hidden;
	bool busy = false;

	rtnl_lock();
	hidden = fom_hidden_net();
	if (!hidden || !fom_beside_on)
		goto none;
	for_each_netdev_safe(&init_net, dev, next)
		if (netif_is_failover_slave(dev) && fom_beside_may_hide(dev) && !fom_beside_refused(dev))
			fom_beside_move(dev, hidden);
	for_each_netdev_safe(hidden, dev, next) {
		if (!xa_load(&fom_beside_known, fom_beside_key(dev)))
			continue;
		if (netif_is_failover_slave(dev))
			busy |= fom_beside_open(dev) == -EBUSY;
		else
			fom_beside_give_back(dev);
	}
	if (busy)
		mod_delayed_work(fom_wq, &fom_beside_look, FOM_BESIDE_BUSY);
none:
	rtnl_unlock();
}

static int fom_beside_event(struct notifier_block *nb, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);

	switch (event) {
	case NETDEV_POST_INIT:
		fom_beside_new(dev);
		break;
	case NETDEV_REGISTER:
	case NETDEV_CHANGEUPPER:
		/* net_failover has been told before, and has taken it or not. */
		if (fom_beside_may_hide(dev))
			mod_delayed_work(fom_wq, &fom_beside_look, 0);
		break;
	case NETDEV_UNREGISTER:
		if (dev->reg_state == NETREG_UNREGISTERING)
			xa_erase(&fom_beside_known, fom_beside_key(dev));
		break;
	}
	return NOTIFY_DONE;
}

/* After net_failover, and after whoever hides for masters of ours. */
static struct notifier_block fom_beside_notifier = {
	.notifier_call = fom_beside_event,
	.priority = -1,
};

/**
 * fom_beside_catch_up() - there is a hidden namespace now
 *
 * Context: RTNL.
 */
void fom_beside_catch_up(void)
{
	if (fom_beside_on)
		mod_delayed_work(fom_wq, &fom_beside_look, 0);
}

int fom_beside_init(void)
{
	int err;

	if (!hide_net_failovers)
		return 0;
	err = register_netdevice_notifier(&fom_beside_notifier);
	if (err)
		return err;
	rtnl_lock();
	fom_beside_on = true;
	fom_beside_catch_up();
	rtnl_unlock();
	return 0;
}

/* Others may hold the namespace when we are gone. */
static void fom_beside_give_all_back(struct net *hidden)
{
	struct net_device *dev, *next;

	if (!hidden)
		return;
	for_each_netdev_safe(hidden, dev, next)
		if (xa_load(&fom_beside_known, fom_beside_key(dev)))
			fom_beside_give_back(dev);
}

void fom_beside_exit(void)
{
	if (!hide_net_failovers)
		return;
	unregister_netdevice_notifier(&fom_beside_notifier);
	rtnl_lock();
	fom_beside_on = false;
	fom_beside_give_all_back(fom_hidden_net());
	rtnl_unlock();
	cancel_delayed_work_sync(&fom_beside_look);
	xa_destroy(&fom_beside_known);
}
