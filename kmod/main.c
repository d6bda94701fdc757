// SPDX-License-Identifier: GPL-2.0-only
/*
 * fom.ko: failover masters whose slaves nobody sees. What is begun here in order is ended in reverse.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "fom.h"

static int __init fom_init(void)
{
	int err;

	fom_wq = alloc_workqueue(FOM_NAME, WQ_HIGHPRI | WQ_UNBOUND, 0);
	if (!fom_wq)
		return -ENOMEM;
	err = fom_netlink_init();
	if (err)
		goto no_netlink;
	fom_hidden_ask();
	err = rtnl_link_register(&fom_link_ops);
	if (err)
		goto no_kind;
	err = fom_carrier_init();
	if (err)
		goto no_carrier;
	err = fom_hide_init();
	if (err)
		goto no_hide;
	err = fom_beside_init();
	if (err)
		goto no_beside;
	err = fom_pci_init();
	if (err)
		goto no_pci;
	return 0;

no_pci:
	fom_beside_exit();
no_beside:
	fom_hide_exit();
no_hide:
	fom_carrier_exit();
no_carrier:
	rtnl_link_unregister(&fom_link_ops);
no_kind:
	fom_netlink_exit();
	fom_hidden_put();
no_netlink:
	destroy_workqueue(fom_wq);
	return err;
}
module_init(fom_init);

static void __exit fom_exit(void)
{
	rtnl_link_unregister(&fom_link_ops);
	fom_pci_exit();
	fom_beside_exit();
	fom_hide_exit();
	fom_carrier_exit();
	fom_xdp_exit();
	fom_netlink_exit();
	fom_hidden_put();
	destroy_workqueue(fom_wq);
	/* Slaves and the readers of their statistics are freed after a grace period. */
	rcu_barrier();
}
module_exit(fom_exit);

MODULE_DESCRIPTION("Failover masters with hidden slaves");
MODULE_LICENSE("GPL");
MODULE_VERSION(FOM_VERSION);
MODULE_ALIAS_RTNL_LINK("fom");
