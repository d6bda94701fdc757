// SPDX-License-Identifier: GPL-2.0-only
/*
 * netconsole and its like, which send without interrupts: a netpoll on the master is one on each slave.
 */
#include <linux/netpoll.h>

#include "fom.h"

#ifdef CONFIG_NET_POLL_CONTROLLER

/**
 * fom_slave_netpoll_begin() - a slave of a master that is polled
 * @slave: its driver may not be able to
 */
int fom_slave_netpoll_begin(struct fom_slave *slave)
{
	struct netpoll *np = kzalloc(sizeof(*np), GFP_KERNEL);
	int err;

	if (!np)
		return -ENOMEM;
	err = __netpoll_setup(np, slave->dev);
	if (err) {
		kfree(np);
		return err;
	}
	slave->netpoll = np;
	return 0;
}

/**
 * fom_slave_netpoll_end() - the slave or its master is polled no more
 * @slave: need not have been polled
 */
void fom_slave_netpoll_end(struct fom_slave *slave)
{
	struct netpoll *np = slave->netpoll;

	if (!np)
		return;
	slave->netpoll = NULL;
	__netpoll_free(np);
}

void fom_netpoll_cleanup(struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;

	fom_for_each_slave(master, slave)
		fom_slave_netpoll_end(slave);
}

int fom_netpoll_setup(struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;
	int err;

	fom_for_each_slave(master, slave) {
		err = fom_slave_netpoll_begin(slave);
		if (err) {
			netdev_err(dev, "%s cannot be polled: error %d\n", slave->dev->name, err);
			fom_netpoll_cleanup(dev);
			return err;
		}
	}
	return 0;
}

int fom_netpoll_setup_before(struct net_device *dev, struct netpoll_info *info)
{
	return fom_netpoll_setup(dev);
}

void fom_poll_controller(struct net_device *dev)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;

	fom_for_each_slave(master, slave)
		if (fom_slave_live(slave))
			netpoll_poll_dev(slave->dev);
}

#endif
