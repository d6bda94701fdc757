// SPDX-License-Identifier: GPL-2.0-only
/*
 * net_failover.ko: what virtio_net asks for when VIRTIO_NET_F_STANDBY was negotiated, answered by fom. Installed under
 * updates/ it is taken instead of the kernel's own. The includes are those of the in-tree file: the checksums of the
 * two symbols depend on which structures are known where they are exported.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netpoll.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_failover.h>
#include <net/sch_generic.h>
#include <uapi/linux/if_arp.h>

struct fom_device;
struct fom_device *fom_standby_create(struct net_device *standby);
void fom_standby_destroy(struct fom_device *master);

/* virtio_net only carries the pointer from the one call to the other. */
struct failover *net_failover_create(struct net_device *standby_dev)
{
	return (struct failover *)fom_standby_create(standby_dev);
}
EXPORT_SYMBOL_GPL(net_failover_create);

void net_failover_destroy(struct failover *failover)
{
	if (failover)
		fom_standby_destroy((struct fom_device *)failover);
}
EXPORT_SYMBOL_GPL(net_failover_destroy);

MODULE_DESCRIPTION("Failover driver for paravirtual drivers, with hidden slaves");
MODULE_LICENSE("GPL");
