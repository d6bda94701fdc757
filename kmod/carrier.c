// SPDX-License-Identifier: GPL-2.0-only
/*
 * The moment a slave loses its carrier. Its driver sets a bit and tells linkwatch (linkwatch_fire_event()), which tells
 * the rest of the kernel up to a second later unless the device is a bond's or a team's. A guest that sends sees the
 * bit with the next frame; for one that only receives we listen in on linkwatch.
 */
#include <linux/irq_work.h>
#include <linux/kprobes.h>

#include "fom.h"

/* Who it was is not carried over: a look at all slaves is cheap, and this way hardly taken. */
static void fom_carrier_later(struct irq_work *work)
{
	struct fom_device *master;

	rcu_read_lock();
	list_for_each_entry_rcu(master, &fom_masters, node)
		fom_reselect(master, FOM_CAUSE_CARRIER_LOSS);
	rcu_read_unlock();
}

static DEFINE_IRQ_WORK(fom_carrier_work, fom_carrier_later);

static int fom_carrier_event(struct kprobe *probe, struct pt_regs *regs)
{
	struct net_device *dev = (struct net_device *)regs_get_kernel_argument(regs, 0);
	struct fom_slave *slave;

	/* What comes back is taken up when linkwatch says so: before, the queues do not work yet. */
	if (netif_carrier_ok(dev))
		return 0;
	rcu_read_lock();
	slave = fom_slave_of(dev);
	/* A probe that could not become a call is a breakpoint, and entered as an NMI: no lock may be taken there. */
	if (slave && in_nmi())
		irq_work_queue(&fom_carrier_work);
	else if (slave)
		fom_reselect(slave->master, FOM_CAUSE_CARRIER_LOSS);
	rcu_read_unlock();
	return 0;
}

static struct kprobe fom_carrier_probe = {
	.symbol_name = "linkwatch_fire_event",
	.pre_handler = fom_carrier_event,
};

static bool fom_carrier_heard;

int fom_carrier_init(void)
{
	int err = register_kprobe(&fom_carrier_probe);

	if (err)
		pr_notice(FOM_NAME
			  ": no probe in linkwatch (%d): a guest that only receives notices a lost carrier late\n",
			  err);
	fom_carrier_heard = !err;
	return 0;
}

void fom_carrier_exit(void)
{
	if (!fom_carrier_heard)
		return;
	unregister_kprobe(&fom_carrier_probe);
	irq_work_sync(&fom_carrier_work);
}
