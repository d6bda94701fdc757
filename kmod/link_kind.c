// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rtnl kind `fom`: ip link add NAME type fom; ip link set SLAVE master NAME.
 */
#include <net/rtnetlink.h>

#include "fom.h"

static int fom_newlink(struct net *net, struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
		       struct netlink_ext_ack *extack)
{
	if (!tb[IFLA_ADDRESS])
		eth_hw_addr_random(dev);
	return fom_master_enter(dev);
}

static void fom_dellink(struct net_device *dev, struct list_head *head)
{
	unregister_netdevice_queue(dev, head);
}

static int fom_validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (!tb[IFLA_ADDRESS])
		return 0;
	if (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN || !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS]))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS], "A unicast Ethernet address is expected");
		return -EINVAL;
	}
	return 0;
}

struct rtnl_link_ops fom_link_ops __read_mostly = {
    .kind = FOM_NAME,
    .priv_size = sizeof(struct fom_device),
    .setup = fom_master_setup,
    .validate = fom_validate,
    .newlink = fom_newlink,
    .dellink = fom_dellink,
};

/* A master of virtio_net's is shown as the same kind, but it ends with its standby: there is no dellink. */
struct rtnl_link_ops fom_dropin_link_ops __read_mostly = {
    .kind = FOM_NAME,
    .priv_size = sizeof(struct fom_device),
};

/* What an administrator enslaves: paravirtual NICs stand by for everything else. */
static enum fom_role fom_role_of(const struct net_device *dev)
{
	const struct device *parent = dev->dev.parent;

	return parent && parent->bus && !strcmp(parent->bus->name, "virtio") ? FOM_ROLE_STANDBY : FOM_ROLE_PRIMARY;
}

/**
 * fom_add_slave() - ip link set SLAVE master MASTER
 * @dev: the master
 * @lower: the slave
 * @extack: told why not
 */
int fom_add_slave(struct net_device *dev, struct net_device *lower, struct netlink_ext_ack *extack)
{
	struct fom_device *master = netdev_priv(dev);

	/* A master without an address of its own has its first slave's. */
	if (list_empty(&master->slaves) && dev->addr_assign_type == NET_ADDR_RANDOM && lower->type == ARPHRD_ETHER &&
	    is_valid_ether_addr(lower->dev_addr)) {
		eth_hw_addr_set(dev, lower->dev_addr);
		dev->addr_assign_type = NET_ADDR_STOLEN;
		call_netdevice_notifiers(NETDEV_CHANGEADDR, dev);
	}
	return fom_slave_add(master, lower, fom_role_of(lower), extack);
}

/**
 * fom_del_slave() - ip link set SLAVE nomaster
 * @dev: the master
 * @lower: the slave
 */
int fom_del_slave(struct net_device *dev, struct net_device *lower)
{
	struct fom_slave *slave = fom_slave_of(lower);

	if (!slave || slave->master->dev != dev)
		return -EINVAL;
	fom_slave_del(slave);
	return 0;
}
