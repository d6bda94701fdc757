// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic-netlink family `fom`; its commands and attributes are in fom_abi.h.
 */
#include <linux/proc_fs.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "fom.h"

static const struct nla_policy fom_policy[FOM_A_MAX + 1] = {
	[FOM_A_NETNS_FD] = { .type = NLA_U32 },
	[FOM_A_MASTER] = { .type = NLA_U32 },
	[FOM_A_LINK] = NLA_POLICY_NESTED(fom_link_policy),
};

/* The namespace that an fd names, or the sender's own. */
static struct net *fom_netns_named(struct genl_info *info)
{
	if (info->attrs[FOM_A_NETNS_FD])
		return get_net_ns_by_fd(nla_get_u32(info->attrs[FOM_A_NETNS_FD]));
	return get_net(genl_info_net(info));
}

static int fom_netns_set(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = fom_netns_named(info);
	int err;

	if (IS_ERR(net)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[FOM_A_NETNS_FD], "This is no network namespace");
		return PTR_ERR(net);
	}
	rtnl_lock();
	err = fom_hidden_set(net);
	if (!err) {
		fom_hide_catch_up();
		fom_beside_catch_up();
	}
	rtnl_unlock();
	put_net(net);
	if (err == -EEXIST)
		NL_SET_ERR_MSG(info->extack, "There is a hidden namespace already");
	else if (err)
		NL_SET_ERR_MSG(info->extack, "Slaves cannot be hidden in the first namespace, nor where a master is");
	return err;
}

static int fom_netns_get(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply = genlmsg_new(nla_total_size(sizeof(u32)), GFP_KERNEL);
	struct net *net;
	void *header;
	int fd;

	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, &fom_family, 0, FOM_CMD_NETNS_GET);
	if (!header) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	rtnl_lock();
	net = fom_hidden_net();
	if (net)
		get_net(net);
	rtnl_unlock();
	if (!net) {
		NL_SET_ERR_MSG(info->extack, "There is no hidden namespace yet");
		nlmsg_free(reply);
		return -ENOENT;
	}
	/* A request is handled in the task that sent it, so the file becomes that task's. Last, for there is no way
	 * back. */
	fd = open_related_ns(&net->ns, get_net_ns);
	put_net(net);
	if (fd < 0 || WARN_ON_ONCE(nla_put_u32(reply, FOM_A_NETNS_FD, fd))) {
		nlmsg_free(reply);
		return fd < 0 ? fd : -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

/* A device of a master's or, with `slave`, a slave's. */
static int fom_put_device(struct sk_buff *skb, int attribute, const struct net_device *dev, struct fom_slave *slave)
{
	struct nlattr *info = nla_nest_start(skb, attribute), *data;
	const struct device *parent = dev->dev.parent;

	if (!info || nla_put_string(skb, FOM_D_NAME, dev->name) || nla_put_u32(skb, FOM_D_IFINDEX, dev->ifindex) ||
	    nla_put(skb, FOM_D_MAC, ETH_ALEN, dev->dev_addr) || nla_put_u32(skb, FOM_D_MTU, dev->mtu) ||
	    nla_put_u8(skb, FOM_D_UP, netif_running(dev)) || nla_put_u8(skb, FOM_D_CARRIER, netif_carrier_ok(dev)))
		return -EMSGSIZE;
	if (parent && (nla_put_string(skb, FOM_D_DRIVER, dev_driver_string(parent)) ||
		       nla_put_string(skb, FOM_D_BUS, dev_name(parent))))
		return -EMSGSIZE;
	if (slave) {
		data = nla_nest_start(skb, FOM_D_SLAVE);
		if (!data || fom_put_slave(skb, slave))
			return -EMSGSIZE;
		nla_nest_end(skb, data);
	}
	nla_nest_end(skb, info);
	return 0;
}

/* One message; it is taken back where it does not fit. */
static int fom_put_message(struct sk_buff *skb, struct fom_device *master, u32 portid, u32 seq, int flags)
{
	void *header = genlmsg_put(skb, portid, seq, &fom_family, flags, FOM_CMD_MASTER_GET);
	struct fom_slave *slave;
	struct nlattr *link;

	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(skb, FOM_A_MASTER, master->dev->ifindex))
		goto full;
	link = nla_nest_start(skb, FOM_A_LINK);
	if (!link || fom_put_master(skb, master))
		goto full;
	nla_nest_end(skb, link);
	if (fom_put_device(skb, FOM_A_MASTER_INFO, master->dev, NULL))
		goto full;
	fom_for_each_slave(master, slave)
		if (fom_put_device(skb, FOM_A_SLAVE_INFO, slave->dev, slave))
			goto full;
	genlmsg_end(skb, header);
	return 0;

full:
	genlmsg_cancel(skb, header);
	return -EMSGSIZE;
}

static int fom_masters_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct fom_device *master;
	long number = 0;

	rtnl_lock();
	list_for_each_entry(master, &fom_masters, node) {
		if (!net_eq(dev_net(master->dev), sock_net(skb->sk)) || number++ < cb->args[0])
			continue;
		if (fom_put_message(skb, master, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI))
			break;
		cb->args[0] = number;
	}
	rtnl_unlock();
	return skb->len;
}

/* The master that FOM_A_MASTER names; under RTNL. */
static struct fom_device *fom_master_named(struct genl_info *info)
{
	struct net_device *dev = NULL;

	if (GENL_REQ_ATTR_CHECK(info, FOM_A_MASTER))
		return ERR_PTR(-EINVAL);
	dev = __dev_get_by_index(genl_info_net(info), nla_get_u32(info->attrs[FOM_A_MASTER]));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[FOM_A_MASTER], "There is no such device");
		return ERR_PTR(-ENODEV);
	}
	if (!fom_is_master(dev)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[FOM_A_MASTER], "The device is no failover master");
		return ERR_PTR(-EINVAL);
	}
	return netdev_priv(dev);
}

static int fom_master_get(struct sk_buff *skb, struct genl_info *info)
{
	struct fom_device *master;
	struct sk_buff *reply;
	int err;

	reply = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	rtnl_lock();
	master = fom_master_named(info);
	err = IS_ERR(master) ? PTR_ERR(master) : fom_put_message(reply, master, info->snd_portid, info->snd_seq, 0);
	rtnl_unlock();
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

static int fom_master_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *data[IFLA_FOM_MAX + 1];
	struct fom_device *master;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, FOM_A_LINK))
		return -EINVAL;
	err = nla_parse_nested(data, IFLA_FOM_MAX, info->attrs[FOM_A_LINK], fom_link_policy, info->extack);
	if (!err)
		err = fom_check_options(data, info->extack);
	if (err)
		return err;
	rtnl_lock();
	master = fom_master_named(info);
	if (IS_ERR(master))
		err = PTR_ERR(master);
	else
		err = fom_change_options(master, data, info->extack);
	rtnl_unlock();
	return err;
}

static const struct genl_small_ops fom_ops[] = {
	{ .cmd = FOM_CMD_MASTER_GET, .doit = fom_master_get, .dumpit = fom_masters_dump },
	{ .cmd = FOM_CMD_MASTER_SET, .doit = fom_master_set, .flags = GENL_ADMIN_PERM },
	{ .cmd = FOM_CMD_NETNS_SET, .doit = fom_netns_set, .flags = GENL_ADMIN_PERM },
	{ .cmd = FOM_CMD_NETNS_GET, .doit = fom_netns_get, .flags = GENL_ADMIN_PERM },
};

static const struct genl_multicast_group fom_groups[] = {
	{ .name = FOM_GENL_EVENTS },
};

struct genl_family fom_family __ro_after_init = {
	.name = FOM_NAME,
	.version = FOM_ABI_VERSION,
	.maxattr = FOM_A_MAX,
	.policy = fom_policy,
	.netnsok = true,
	.module = THIS_MODULE,
	.small_ops = fom_ops,
	.n_small_ops = ARRAY_SIZE(fom_ops),
	.mcgrps = fom_groups,
	.n_mcgrps = ARRAY_SIZE(fom_groups),
	.resv_start_op = FOM_CMD_MAX + 1,
};

int __init fom_netlink_init(void)
{
	return genl_register_family(&fom_family);
}

void fom_netlink_exit(void)
{
	genl_unregister_family(&fom_family);
}
