// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rtnl kind `fom`: ip link add NAME type fom; ip link set SLAVE master NAME. What is set and told of masters and
 * slaves is listed in fom_abi.h.
 */
#include <net/rtnetlink.h>

#include "fom.h"

static const struct nla_policy fom_link_policy[IFLA_FOM_MAX + 1] = {
	[IFLA_FOM_CHOSEN] = { .type = NLA_U8 },
	[IFLA_FOM_ANNOUNCE_ROUNDS] = NLA_POLICY_MAX(NLA_U8, 30),
	[IFLA_FOM_FAILBACK] = NLA_POLICY_RANGE(NLA_U8, FOM_FAILBACK_ALWAYS, FOM_FAILBACK_NEVER),
	[IFLA_FOM_UPDELAY] = { .type = NLA_U32 },
	[IFLA_FOM_HOLD] = NLA_POLICY_MAX(NLA_U32, 1000),
};

static const struct nla_policy fom_slave_policy[IFLA_FOM_SLAVE_MAX + 1] = {
	[IFLA_FOM_SLAVE_ROLE] = NLA_POLICY_RANGE(NLA_U8, FOM_ROLE_PRIMARY, FOM_ROLE_STANDBY),
	[IFLA_FOM_SLAVE_RANK] = { .type = NLA_U32 },
};

static int fom_validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	static const int told[] = { IFLA_FOM_INDEX, IFLA_FOM_ACTIVE, IFLA_FOM_CAUSE, IFLA_FOM_SWITCHED_NS,
				    IFLA_FOM_SWITCHES };
	unsigned int i;

	if (tb[IFLA_ADDRESS] &&
	    (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN || !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS], "A unicast Ethernet address is expected");
		return -EINVAL;
	}
	if (!data)
		return 0;
	for (i = 0; i < ARRAY_SIZE(told); i++) {
		if (data[told[i]]) {
			NL_SET_ERR_MSG_ATTR(extack, data[told[i]], "This is only reported, it cannot be set");
			return -EINVAL;
		}
	}
	if (data[IFLA_FOM_CHOSEN] && nla_get_u8(data[IFLA_FOM_CHOSEN]) != FOM_NO_SLOT &&
	    nla_get_u8(data[IFLA_FOM_CHOSEN]) >= FOM_MAX_SLAVES) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_FOM_CHOSEN], "A slot is 0 to 7, or 255 for the best");
		return -EINVAL;
	}
	return 0;
}

/* All or nothing: whatever can be refused has been, by policy and validation. */
static void fom_take_options(struct fom_device *master, struct nlattr *data[])
{
	struct fom_options *options = &master->options;

	if (!data)
		return;
	if (data[IFLA_FOM_CHOSEN])
		WRITE_ONCE(options->chosen, nla_get_u8(data[IFLA_FOM_CHOSEN]));
	if (data[IFLA_FOM_ANNOUNCE_ROUNDS])
		WRITE_ONCE(options->announce_rounds, nla_get_u8(data[IFLA_FOM_ANNOUNCE_ROUNDS]));
	if (data[IFLA_FOM_FAILBACK])
		WRITE_ONCE(options->failback, nla_get_u8(data[IFLA_FOM_FAILBACK]));
	if (data[IFLA_FOM_UPDELAY])
		WRITE_ONCE(options->updelay_ms, nla_get_u32(data[IFLA_FOM_UPDELAY]));
	if (data[IFLA_FOM_HOLD])
		WRITE_ONCE(options->hold_ms, nla_get_u32(data[IFLA_FOM_HOLD]));
}

static int fom_newlink(struct net_device *dev, struct rtnl_newlink_params *params, struct netlink_ext_ack *extack)
{
	if (!params->tb[IFLA_ADDRESS])
		eth_hw_addr_random(dev);
	fom_take_options(netdev_priv(dev), params->data);
	return fom_master_enter(dev);
}
FOM_COMPAT_NEWLINK(fom_newlink)

static int fom_changelink(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
			  struct netlink_ext_ack *extack)
{
	struct fom_device *master = netdev_priv(dev);
	bool asked = data && data[IFLA_FOM_CHOSEN];

	fom_take_options(master, data);
	fom_reselect(master, asked ? FOM_CAUSE_OPERATOR : FOM_CAUSE_FAILBACK);
	return 0;
}

/* Nobody can be told of a refusal here: a master of virtio_net's stays, and the kernel's log says why. */
static void fom_dellink(struct net_device *dev, struct list_head *head)
{
	const struct fom_device *master = netdev_priv(dev);

	if (master->standby_parent)
		netdev_warn(dev, "ends with its virtio device, it cannot be deleted\n");
	else
		unregister_netdevice_queue(dev, head);
}

static size_t fom_get_size(const struct net_device *dev)
{
	return 5 * nla_total_size(sizeof(u8)) + 3 * nla_total_size(sizeof(u32)) + 2 * nla_total_size_64bit(sizeof(u64));
}

static int fom_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	const struct fom_options *options = &master->options;
	u64 switched_ns, switches;
	unsigned long flags;
	u8 active, cause;

	raw_spin_lock_irqsave(&master->lock, flags);
	active = fom_active_slot(master);
	cause = master->cause;
	switched_ns = master->switched_ns;
	switches = master->switches;
	raw_spin_unlock_irqrestore(&master->lock, flags);

	if (nla_put_u8(skb, IFLA_FOM_CHOSEN, options->chosen) ||
	    nla_put_u8(skb, IFLA_FOM_ANNOUNCE_ROUNDS, options->announce_rounds) ||
	    nla_put_u8(skb, IFLA_FOM_FAILBACK, options->failback) ||
	    nla_put_u32(skb, IFLA_FOM_UPDELAY, options->updelay_ms) ||
	    nla_put_u32(skb, IFLA_FOM_HOLD, options->hold_ms) || nla_put_u32(skb, IFLA_FOM_INDEX, master->index) ||
	    nla_put_u8(skb, IFLA_FOM_ACTIVE, active) || nla_put_u8(skb, IFLA_FOM_CAUSE, cause) ||
	    nla_put_u64_64bit(skb, IFLA_FOM_SWITCHED_NS, switched_ns, IFLA_FOM_PAD) ||
	    nla_put_u64_64bit(skb, IFLA_FOM_SWITCHES, switches, IFLA_FOM_PAD))
		return -EMSGSIZE;
	return 0;
}

static size_t fom_get_slave_size(const struct net_device *dev, const struct net_device *lower)
{
	return 2 * nla_total_size(sizeof(u8)) + 2 * nla_total_size(sizeof(u32)) +
	       nla_total_size_64bit(sizeof(struct fom_stats));
}

static u32 fom_slave_flags(const struct fom_slave *slave)
{
	return (rcu_access_pointer(slave->master->active) == slave ? FOM_SLAVE_ACTIVE : 0) |
	       (fom_slave_usable(slave) ? FOM_SLAVE_USABLE : 0) | (slave->leaving ? FOM_SLAVE_LEAVING : 0) |
	       (slave->hidden ? FOM_SLAVE_HIDDEN : 0);
}

static int fom_fill_slave_info(struct sk_buff *skb, const struct net_device *dev, const struct net_device *lower)
{
	struct fom_slave *slave = fom_slave_of(lower);
	struct rtnl_link_stats64 share;
	struct fom_refused refused;
	struct fom_stats stats;

	if (!slave)
		return 0;
	fom_slave_stats(slave, &share, &refused);
	stats = (struct fom_stats){
		.tx_packets = share.tx_packets,
		.tx_bytes = share.tx_bytes,
		.rx_packets = share.rx_packets,
		.rx_bytes = share.rx_bytes,
		.rx_duplicate = refused.duplicate,
		.rx_reflected = refused.reflected,
	};
	if (nla_put_u8(skb, IFLA_FOM_SLAVE_ROLE, slave->role) || nla_put_u32(skb, IFLA_FOM_SLAVE_RANK, slave->rank) ||
	    nla_put_u8(skb, IFLA_FOM_SLAVE_SLOT, slave->slot) ||
	    nla_put_u32(skb, IFLA_FOM_SLAVE_FLAGS, fom_slave_flags(slave)) ||
	    nla_put_64bit(skb, IFLA_FOM_SLAVE_STATS, sizeof(stats), &stats, IFLA_FOM_SLAVE_PAD))
		return -EMSGSIZE;
	return 0;
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
	.dellink = fom_dellink,
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
