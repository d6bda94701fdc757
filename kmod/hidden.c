// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hidden namespace. No module can make one: a program does, and says so by FOM_CMD_NETNS_SET. We hold it from then
 * on; the program may end. When we let go, the kernel gives the NICs in it back to the first namespace.
 */
#include <linux/kmod.h>
#include <linux/module.h>

#include "fom.h"

static char *netns_helper = "/usr/lib/vf-failover/fom-netns";
module_param(netns_helper, charp, 0444);
MODULE_PARM_DESC(netns_helper,
		 "program that makes the hidden namespace when the module is loaded; empty: somebody else will");

static struct net *hidden; /* changes under RTNL, once */

/**
 * fom_hidden_net() - the namespace that hides slaves
 *
 * Context: RTNL.
 * Return: NULL as long as nobody made one.
 */
struct net *fom_hidden_net(void)
{
	ASSERT_RTNL();
	return hidden;
}

/**
 * fom_hidden_set() - use this namespace from now on
 * @net: a reference is taken
 *
 * Context: RTNL.
 * Return: -EEXIST when there is one, -EINVAL for the first namespace or one in which masters are.
 */
int fom_hidden_set(struct net *net)
{
	struct fom_device *master;

	ASSERT_RTNL();
	if (hidden)
		return -EEXIST;
	if (net_eq(net, &init_net))
		return -EINVAL;
	list_for_each_entry(master, &fom_masters, node)
		if (net_eq(dev_net(master->dev), net))
			return -EINVAL;
	hidden = get_net(net);
	return 0;
}

/**
 * fom_hidden_ask() - start the program that makes the namespace, and wait for it
 *
 * It has to be there before the first NIC is. Without it slaves are visible until somebody makes the namespace.
 */
void fom_hidden_ask(void)
{
	char *argv[] = { netns_helper, NULL };
	char *envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int err;

	if (!*netns_helper)
		return;
	err = call_usermodehelper(netns_helper, argv, envp, UMH_WAIT_PROC | UMH_KILLABLE);
	if (err)
		pr_notice(FOM_NAME ": %s gave no hidden namespace (%d): slaves are visible until failoverd gives one\n",
			  netns_helper, err);
}

/**
 * fom_hidden_put() - let go of the namespace
 */
void fom_hidden_put(void)
{
	struct net *net;

	rtnl_lock();
	net = hidden;
	hidden = NULL;
	rtnl_unlock();
	if (net)
		put_net(net);
}
