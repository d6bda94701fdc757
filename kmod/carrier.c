// SPDX-License-Identifier: GPL-2.0-only
/*
 * The moment a slave loses its carrier. Its driver sets a bit and tells linkwatch (linkwatch_fire_event()), which tells
 * the rest of the kernel up to a second later unless the device is a bond's or a team's. A guest that sends sees the
 * bit with the next frame; for one that only receives we listen in on linkwatch.
 *
 * Some drivers are told of a link by an interrupt of its own, and look at it from a timer one or two ticks later: 4 to
 * 12 ms at HZ=250. We listen in on that interrupt as well, and suspect the slave until its driver has looked
 * (select.c): meanwhile it still receives, and others send.
 */
#include <linux/irq_work.h>
#include <linux/kprobes.h>

#include "fom.h"

/* All slaves are looked at: that is cheap, and this way hardly taken. */
static void fom_carrier_later(struct irq_work *work)
{
	struct fom_device *master;

	rcu_read_lock();
	list_for_each_entry_rcu(master, &fom_masters, node)
		fom_reselect(master, FOM_CAUSE_CARRIER_LOSS);
	rcu_read_unlock();
}

static DEFINE_IRQ_WORK(fom_carrier_work, fom_carrier_later);

/* A probe that could not become a call is a breakpoint, and entered as an NMI: no lock may be taken there. */
static void fom_carrier_heard_of(struct fom_slave *slave)
{
	if (in_nmi())
		irq_work_queue(&fom_carrier_work);
	else
		fom_reselect(slave->master, FOM_CAUSE_CARRIER_LOSS);
}

static int fom_carrier_event(struct kprobe *probe, struct pt_regs *regs)
{
	struct net_device *dev = (struct net_device *)regs_get_kernel_argument(regs, 0);
	struct fom_slave *slave;

	/* What comes back is taken up when linkwatch says so: before, the queues do not work yet. */
	if (netif_carrier_ok(dev))
		return 0;
	rcu_read_lock();
	slave = fom_slave_of(dev);
	if (slave)
		fom_carrier_heard_of(slave);
	rcu_read_unlock();
	return 0;
}

static struct kprobe fom_carrier_probe = {
	.symbol_name = "linkwatch_fire_event",
	.pre_handler = fom_carrier_event,
};

static bool fom_carrier_heard;

/* Handlers of such interrupts; each gets the network device with it. They may be called for other things as well. */
static struct fom_link_interrupt {
	const char *driver, *handler;
	struct kprobe probe;
	bool heard; /* under RTNL */
} fom_link_interrupts[] = {
	{ .driver = "e1000e", .handler = "e1000_msix_other" },
};

static int fom_carrier_interrupt(struct kprobe *probe, struct pt_regs *regs)
{
	struct net_device *dev = (struct net_device *)regs_get_kernel_argument(regs, 1);
	struct fom_slave *slave;

	/* A link that has come is not ours to see before linkwatch says so. */
	if (!netif_carrier_ok(dev))
		return 0;
	rcu_read_lock();
	slave = fom_slave_of(dev);
	if (slave) {
		WRITE_ONCE(slave->interrupted, true);
		fom_carrier_heard_of(slave);
	}
	rcu_read_unlock();
	return 0;
}

/* The probe of a driver that was unloaded has gone with it, but is still registered. */
static void fom_link_interrupt_forget(struct fom_link_interrupt *way)
{
	if (way->heard)
		unregister_kprobe(&way->probe);
	way->heard = false;
}

/**
 * fom_carrier_listen() - hear of this slave's link as early as its driver does
 * @slave: joins; nothing happens if its driver looks at the link at once, or cannot be listened to
 *
 * The probe stays until the driver or we are unloaded: to take it away would have whoever pulls the NIC wait.
 *
 * Context: RTNL.
 */
void fom_carrier_listen(const struct fom_slave *slave)
{
	const struct device *parent = slave->dev->dev.parent;
	const struct device_driver *driver = parent ? READ_ONCE(parent->driver) : NULL;
	struct fom_link_interrupt *way;
	int err;

	ASSERT_RTNL();
	for (way = fom_link_interrupts; driver && way < fom_link_interrupts + ARRAY_SIZE(fom_link_interrupts); way++) {
		if (strcmp(driver->name, way->driver))
			continue;
		if (way->heard && !kprobe_gone(&way->probe))
			return;
		fom_link_interrupt_forget(way);
		way->probe = (struct kprobe){ .symbol_name = way->handler, .pre_handler = fom_carrier_interrupt };
		err = register_kprobe(&way->probe);
		if (err)
			netdev_notice(slave->upper, "no probe in %s (%d): it loses its link some ms before we hear\n",
				      way->handler, err);
		way->heard = !err;
	}
}

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
	struct fom_link_interrupt *way;

	for (way = fom_link_interrupts; way < fom_link_interrupts + ARRAY_SIZE(fom_link_interrupts); way++)
		fom_link_interrupt_forget(way);
	if (fom_carrier_heard)
		unregister_kprobe(&fom_carrier_probe);
	irq_work_sync(&fom_carrier_work);
}
