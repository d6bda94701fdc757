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

/* What we have hidden, by its ifindex; others hide things there too. Under RTNL. */
static DEFINE_XARRAY(fom_beside_hidden);

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

	for_each_netdev(&init_net, one) if (netif_is_failover(one) &&
					    (one->dev.parent == dev->dev.parent ||
					     ether_addr_equal(one->dev_addr, dev->dev_addr))) return true;
	return false;
}

/* Not noted, it stays hidden when it is no slave any more, until the namespace goes. */
static int fom_beside_note(struct net_device *dev)
{
	return xa_err(xa_store(&fom_beside_hidden, dev->ifindex, dev, GFP_KERNEL));
}

static bool fom_beside_noted(const struct net_device *dev)
{
	return xa_load(&fom_beside_hidden, dev->ifindex) == dev;
}

static void fom_beside_forget(const struct net_device *dev)
{
	if (fom_beside_noted(dev))
		xa_erase(&fom_beside_hidden, dev->ifindex);
}

/* A device that nobody has seen yet. */
static void fom_beside_new(struct net_device *dev)
{
	struct net *to = fom_hidden_net();
	int ifindex = dev->ifindex, err = -EBUSY;
	char name[IFNAMSIZ];

	if (!to || !net_eq(dev_net(dev), &init_net) || !fom_beside_may_hide(dev) || !fom_beside_will_join(dev))
		return;
	for (; err == -EBUSY && ifindex < dev->ifindex + FOM_BESIDE_INDICES; ifindex++) {
		snprintf(name, sizeof(name), "nic%d", ifindex);
		if (!__dev_get_by_name(to, name))
			err = fom_compat_take_ifindex(dev, &init_net, to, ifindex);
	}
	if (!err) {
		strscpy(dev->name, name, IFNAMSIZ);
		dev_net_set(dev, to);
		err = fom_beside_note(dev);
	}
	if (err)
		pr_warn(FOM_NAME ": %s cannot be hidden: error %d\n", dev->name, err);
}

/* Slaves that users see go, what is hidden and no slave comes back. */
static void fom_beside_work(struct work_struct *work)
{
	struct net_device *dev, *next;
	struct net *hidden;
	int err;

	rtnl_lock();
	hidden = fom_hidden_net();
	if (!hidden)
		goto none;
	for_each_netdev_safe(&init_net, dev, next) {
		if (!netif_is_failover_slave(dev) || !fom_beside_may_hide(dev))
			continue;
		dev_close(dev);
		err = fom_compat_change_net(dev, hidden, "nic%d", 0) ?: fom_beside_note(dev);
		if (err)
			netdev_warn(dev, "stays visible: error %d\n", err);
	}
	for_each_netdev_safe(hidden, dev, next) {
		if (!fom_beside_noted(dev) || netif_is_failover_slave(dev))
			continue;
		fom_beside_forget(dev);
		fom_hide_undo(dev, &init_net);
	}
none:
	rtnl_unlock();
}

static DECLARE_WORK(fom_beside_look, fom_beside_work);

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
			queue_work(fom_wq, &fom_beside_look);
		break;
	case NETDEV_UNREGISTER:
		if (dev->reg_state == NETREG_UNREGISTERING)
			fom_beside_forget(dev);
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
 */
void fom_beside_catch_up(void)
{
	if (hide_net_failovers)
		queue_work(fom_wq, &fom_beside_look);
}

int fom_beside_init(void)
{
	return hide_net_failovers ? register_netdevice_notifier(&fom_beside_notifier) : 0;
}

void fom_beside_exit(void)
{
	if (!hide_net_failovers)
		return;
	unregister_netdevice_notifier(&fom_beside_notifier);
	cancel_work_sync(&fom_beside_look);
	xa_destroy(&fom_beside_hidden);
}
