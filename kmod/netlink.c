// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic-netlink family `fom`; its commands and attributes are in fom_abi.h.
 */
#include <linux/proc_fs.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "fom.h"

static const struct nla_policy fom_policy[FOM_A_MAX + 1] = {
	[FOM_A_NETNS_FD] = { .type = NLA_U32 },
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
	if (!err)
		fom_hide_catch_up();
	rtnl_unlock();
	put_net(net);
	if (err == -EEXIST)
		NL_SET_ERR_MSG(info->extack, "There is a hidden namespace already");
	else if (err)
		NL_SET_ERR_MSG(info->extack, "Slaves cannot be hidden in the first namespace, nor where a master is");
	return err;
}

static int fom_reply_u32(struct genl_info *info, u8 command, int attribute, u32 value)
{
	struct sk_buff *reply = genlmsg_new(nla_total_size(sizeof(value)), GFP_KERNEL);
	void *header;

	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, &fom_family, 0, command);
	if (!header || nla_put_u32(reply, attribute, value)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static int fom_netns_get(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net;
	int fd;

	rtnl_lock();
	net = fom_hidden_net();
	if (net)
		get_net(net);
	rtnl_unlock();
	if (!net) {
		NL_SET_ERR_MSG(info->extack, "There is no hidden namespace yet");
		return -ENOENT;
	}
	/* A request is handled in the task that sent it, so the file becomes that task's. */
	fd = open_related_ns(&net->ns, get_net_ns);
	put_net(net);
	if (fd < 0)
		return fd;
	return fom_reply_u32(info, FOM_CMD_NETNS_GET, FOM_A_NETNS_FD, fd);
}

static const struct genl_small_ops fom_ops[] = {
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
