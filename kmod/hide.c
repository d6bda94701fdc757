// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slaves of virtio_net's masters are hidden while they register: at NETDEV_POST_INIT a device has a name and an ifindex
 * but is in no list, in no sysfs, and nobody has been told of it. Its namespace, ifindex and name are changed there, so
 * that all that follows (register_netdevice() in net/core/dev.c) happens in the hidden namespace.
 */
#include "fom.h"

/* Where it is noted that this device could not be the master's slave, or NULL; of no device: where there is room. */
static const struct net_device **fom_hide_refusal(struct fom_device *master, const struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(master->refused); i++)
		if (master->refused[i] == dev)
			return &master->refused[i];
	return NULL;
}

/* The master whose slave this device is to be, and as what. */
static struct fom_device *fom_hide_match(const struct net_device *dev, enum fom_role *role)
{
	const struct device *parent = dev->dev.parent;
	struct fom_device *master;

	if (dev->type != ARPHRD_ETHER || !parent || dev->rtnl_link_ops || fom_is_master(dev) || fom_compat_stays(dev))
		return NULL;
	list_for_each_entry(master, &fom_masters, node) {
		if (!master->standby_parent || fom_hide_refusal(master, dev))
			continue;
		if (!net_eq(dev_net(dev), dev_net(master->dev)) && !net_eq(dev_net(dev), fom_hidden_net()))
			continue;
		if (parent == master->standby_parent)
			*role = FOM_ROLE_STANDBY;
		else if (ether_addr_equal(dev->dev_addr, master->pair_mac))
			*role = FOM_ROLE_PRIMARY;
		else
			continue;
		return master;
	}
	return NULL;
}

/* Of several primaries each finds a place; a standby there is only one of. */
static int fom_hide_slot(struct fom_device *master, const struct net_device *dev, enum fom_role role)
{
	int slot = -EEXIST;

	if (role == FOM_ROLE_PRIMARY || !fom_slave_in(master, role))
		slot = fom_slave_slot(master, role);
	if (slot < 0)
		netdev_warn(master->dev, "has no place for %s, which has the same MAC: it stays as it is\n", dev->name);
	return slot;
}

static void fom_hide_name(struct fom_device *master, enum fom_role role, unsigned int slot, char *name)
{
	const char *word = role == FOM_ROLE_PRIMARY ? "primary" : "standby";
	u8 index = master->index; /* below FOM_MAX_MASTERS */

	if (slot == role - FOM_ROLE_PRIMARY)
		snprintf(name, IFNAMSIZ, "%s%u", word, index);
	else
		snprintf(name, IFNAMSIZ, "%s%u.%c", word, index, '0' + slot);
}

/* A device that nobody has seen yet. */
static int fom_hide_new(struct net_device *dev)
{
	struct net *to = fom_hidden_net();
	struct fom_device *master;
	char name[IFNAMSIZ];
	enum fom_role role;
	int slot;

	master = fom_hide_match(dev, &role);
	if (!master || !to || net_eq(dev_net(dev), to))
		return NOTIFY_DONE;
	slot = fom_hide_slot(master, dev, role);
	/* What would be given back must be known again. */
	if (slot < 0 || !fom_hide_refusal(master, NULL))
		return NOTIFY_DONE;
	fom_hide_name(master, role, slot, name);
	if (__dev_get_by_name(to, name) ||
	    fom_compat_take_ifindex(dev, dev_net(dev), to, FOM_PLACE(master->index, slot))) {
		netdev_warn(master->dev, "%s cannot be hidden, something has its place\n", dev->name);
		return NOTIFY_DONE;
	}
	strscpy(dev->name, name, IFNAMSIZ);
	dev_net_set(dev, to);
	fom_compat_set_no_addrconf(dev, true);
	return NOTIFY_OK;
}

/* Its driver may not be done with it: it is opened when that is. What cannot be a slave is given back then. */
static void fom_hide_join(struct net_device *dev, struct fom_device *master, enum fom_role role)
{
	int err = fom_slave_add(master, dev, role, false, NULL);
	const struct net_device **refusal = fom_hide_refusal(master, NULL);

	if (err && refusal)
		*refusal = dev;
	mod_delayed_work(fom_wq, &master->open, 0);
	if (err)
		netdev_err(master->dev, "%s cannot be a slave: error %d\n", dev->name, err);
}

static int fom_hide_registered(struct net_device *dev)
{
	struct fom_device *master;
	enum fom_role role;

	master = fom_hide_match(dev, &role);
	if (!master || (role == FOM_ROLE_STANDBY && fom_slave_in(master, role)))
		return NOTIFY_DONE;
	fom_compat_unlock(dev);
	fom_hide_join(dev, master, role);
	fom_compat_lock(dev);
	return NOTIFY_OK;
}

/* It goes for good, not to another namespace: the next one at its address may be another device. */
static void fom_hide_forget(const struct net_device *dev)
{
	const struct net_device **refusal;
	struct fom_device *master;

	if (dev->reg_state != NETREG_UNREGISTERING)
		return;
	list_for_each_entry(master, &fom_masters, node) {
		refusal = fom_hide_refusal(master, dev);
		if (refusal)
			*refusal = NULL;
	}
}

static int fom_hide_event(struct notifier_block *nb, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct fom_slave *slave;

	switch (event) {
	case NETDEV_POST_INIT:
		return fom_hide_new(dev);
	case NETDEV_REGISTER:
		return fom_hide_registered(dev);
	case NETDEV_UNREGISTER:
		fom_hide_forget(dev);
		break;
	}
	slave = fom_slave_of(dev);
	if (!slave)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_UNREGISTER:
		fom_slave_del(slave);
		break;
	case NETDEV_PRECHANGEMTU:
	case NETDEV_PRE_CHANGEADDR:
		/* These are the master's; a slave follows it and nobody else. */
		return slave->master->follows ? NOTIFY_DONE : NOTIFY_BAD;
	case NETDEV_GOING_DOWN:
	case NETDEV_DOWN:
		fom_reselect(slave->master, FOM_CAUSE_DOWN);
		break;
	case NETDEV_UP:
	case NETDEV_CHANGE:
		fom_reselect(slave->master, FOM_CAUSE_CARRIER_LOSS);
		break;
	case NETDEV_FEAT_CHANGE:
		if (!slave->master->follows)
			fom_compute_features(slave->master);
		break;
	case NETDEV_NOTIFY_PEERS:
	case NETDEV_RESEND_IGMP:
		/* The hypervisor asks the standby's driver to announce (VIRTIO_NET_F_GUEST_ANNOUNCE). */
		fom_announce_begin(slave->master);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block fom_hide_notifier = {
	.notifier_call = fom_hide_event,
};

/* Move a device that users have seen. */
static void fom_hide_seen(struct net_device *dev, struct fom_device *master, enum fom_role role)
{
	int slot = fom_hide_slot(master, dev, role), err;
	char name[IFNAMSIZ];

	if (slot < 0)
		return;
	fom_hide_name(master, role, slot, name);
	dev_close(dev);
	fom_compat_set_no_addrconf(dev, true);
	err = fom_compat_change_net(dev, fom_hidden_net(), name, FOM_PLACE(master->index, slot));
	if (err) {
		fom_compat_set_no_addrconf(dev, false);
		netdev_warn(master->dev, "%s stays visible: error %d\n", dev->name, err);
		return;
	}
	/* It has registered anew there, and joined by that, unless somebody kept us from hearing of it: who hears first
	 * can. */
	if (!fom_slave_of(dev) && !fom_hide_refusal(master, dev))
		fom_hide_join(dev, master, role);
}

/**
 * fom_hide_undo() - show a device that was hidden
 * @dev: no slave any more
 * @home: where users are
 *
 * Context: RTNL.
 */
void fom_hide_undo(struct net_device *dev, struct net *home)
{
	int err = fom_compat_change_net(dev, home, "eth%d", 0);

	if (err)
		netdev_err(dev, "stays hidden: error %d\n", err);
}

/**
 * fom_hide_give_back() - show the devices that were hidden and then could not be slaves
 * @master: that refused them
 *
 * Context: RTNL, not in a notifier.
 */
void fom_hide_give_back(struct fom_device *master)
{
	struct net *hidden = fom_hidden_net();
	struct net_device *dev, *next;

	if (!hidden)
		return;
	for_each_netdev_safe(hidden, dev, next) {
		if (!fom_hide_refusal(master, dev))
			continue;
		fom_compat_set_no_addrconf(dev, false);
		fom_hide_undo(dev, dev_net(master->dev));
	}
}

/**
 * fom_hide_catch_up() - make slaves of devices that were there before their master, or before the hidden namespace
 *
 * Context: RTNL.
 */
void fom_hide_catch_up(void)
{
	struct fom_device *master;
	struct net_device *dev, *next;
	enum fom_role role;

	if (!fom_hidden_net())
		return;
	for_each_netdev_safe(&init_net, dev, next) {
		master = fom_hide_match(dev, &role);
		if (!master || !net_eq(dev_net(dev), dev_net(master->dev)))
			continue;
		if (fom_slave_of(dev))
			fom_slave_del(fom_slave_of(dev));
		fom_hide_seen(dev, master, role);
	}
}

int fom_hide_init(void)
{
	return register_netdevice_notifier(&fom_hide_notifier);
}

void fom_hide_exit(void)
{
	unregister_netdevice_notifier(&fom_hide_notifier);
}
