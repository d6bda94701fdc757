// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rtnl kind `fom`: ip link add NAME type fom; ip link set SLAVE master NAME. Masters of virtio_net's have no kind:
 * network managers take what has none for a NIC and configure it, and so they do with the kernel's own net_failover.
 */
#include <net/rtnetlink.h>

#include "fom.h"

static const char fom_only_told[] = "This is only reported, it cannot be set";

static const struct nla_policy fom_slave_policy[IFLA_FOM_SLAVE_MAX + 1] = {
	[IFLA_FOM_SLAVE_ROLE] = NLA_POLICY_RANGE(NLA_U8, FOM_ROLE_PRIMARY, FOM_ROLE_STANDBY),
	[IFLA_FOM_SLAVE_RANK] = { .type = NLA_U32 },
	[IFLA_FOM_SLAVE_SLOT] = { .type = NLA_REJECT, .reject_message = fom_only_told },
	[IFLA_FOM_SLAVE_FLAGS] = { .type = NLA_REJECT, .reject_message = fom_only_told },
	[IFLA_FOM_SLAVE_STATS] = { .type = NLA_REJECT, .reject_message = fom_only_told },
	[IFLA_FOM_SLAVE_DOUBT] = { .type = NLA_REJECT, .reject_message = fom_only_told },
	[IFLA_FOM_SLAVE_DOUBTED_NS] = { .type = NLA_REJECT, .reject_message = fom_only_told },
};

static int fom_validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS] &&
	    (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN || !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS], "A unicast Ethernet address is expected");
		return -EINVAL;
	}
	return data ? fom_check_options(data, extack) : 0;
}

static int fom_newlink(struct net_device *dev, struct rtnl_newlink_params *params, struct netlink_ext_ack *extack)
{
	int err;

	if (!params->tb[IFLA_ADDRESS])
		eth_hw_addr_random(dev);
	if (params->data) {
		err = fom_check_doubted(netdev_priv(dev), params->data, extack);
		if (err)
			return err;
		fom_take_options(netdev_priv(dev), params->data);
	}
	return fom_master_enter(dev, extack);
}
FOM_COMPAT_NEWLINK(fom_newlink)

static int fom_changelink(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
			  struct netlink_ext_ack *extack)
{
	return data ? fom_change_options(netdev_priv(dev), data, extack) : 0;
}

static size_t fom_get_size(const struct net_device *dev)
{
	return FOM_MASTER_SIZE;
}

static int fom_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	return fom_put_master(skb, netdev_priv(dev));
}

static size_t fom_get_slave_size(const struct net_device *dev, const struct net_device *lower)
{
	return FOM_SLAVE_SIZE;
}

static int fom_fill_slave_info(struct sk_buff *skb, const struct net_device *dev, const struct net_device *lower)
{
	struct fom_slave *slave = fom_slave_of(lower);

	return slave ? fom_put_slave(skb, slave) : 0;
}

static int fom_slave_changelink(struct net_device *dev, struct net_device *lower, struct nlattr *tb[],
				struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct fom_slave *slave = fom_slave_of(lower);

	if (!slave || slave->master->dev != dev)
		return -EINVAL;
	if (data && data[IFLA_FOM_SLAVE_ROLE])
		slave->role = nla_get_u8(data[IFLA_FOM_SLAVE_ROLE]);
	if (data && data[IFLA_FOM_SLAVE_RANK])
		WRITE_ONCE(slave->rank, nla_get_u32(data[IFLA_FOM_SLAVE_RANK]));
	fom_reselect(slave->master, FOM_CAUSE_FAILBACK);
	return 0;
}

static unsigned int fom_get_num_tx_queues(void)
{
	return 1;
}

struct rtnl_link_ops fom_link_ops __read_mostly = {
	.kind = FOM_LINK_KIND,
	.priv_size = sizeof(struct fom_device),
	.setup = fom_master_setup,
	.maxtype = IFLA_FOM_MAX,
	.policy = fom_link_policy,
	.validate = fom_validate,
	.newlink = fom_compat_newlink(fom_newlink),
	.changelink = fom_changelink,
	.get_size = fom_get_size,
	.fill_info = fom_fill_info,
	.slave_maxtype = IFLA_FOM_SLAVE_MAX,
	.slave_policy = fom_slave_policy,
	.slave_changelink = fom_slave_changelink,
	.get_slave_size = fom_get_slave_size,
	.fill_slave_info = fom_fill_slave_info,
	.get_num_tx_queues = fom_get_num_tx_queues,
	.get_num_rx_queues = fom_get_num_rx_queues,
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
	bool stolen = false;
	int err;

	/* A master without an address of its own has its first slave's. */
	if (list_empty(&master->slaves) && dev->addr_assign_type == NET_ADDR_RANDOM && lower->type == ARPHRD_ETHER &&
	    is_valid_ether_addr(lower->dev_addr)) {
		eth_hw_addr_set(dev, lower->dev_addr);
		dev->addr_assign_type = NET_ADDR_STOLEN;
		stolen = true;
		call_netdevice_notifiers(NETDEV_CHANGEADDR, dev);
	}
	err = fom_slave_add(master, lower, fom_role_of(lower), true, extack);
	if (err && stolen) {
		eth_hw_addr_random(dev);
		call_netdevice_notifiers(NETDEV_CHANGEADDR, dev);
	}
	return err;
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
