// SPDX-License-Identifier: GPL-2.0-only
/*
 * A slave's driver is about to let go of its device: BUS_NOTIFY_UNBIND_DRIVER comes before the driver's remove(), which
 * stops reception and may take a tenth of a second. We send by another slave from here on, tell the fabric, and keep
 * the driver waiting until what the fabric still sends to the old port has arrived (hold.c).
 */
#include <linux/pci.h>

#include "fom.h"

/**
 * fom_pci_device() - the PCI device of a NIC
 * @dev: its parent is it, or that one's (virtio is a bus of its own)
 *
 * Return: NULL if it has none.
 */
const struct device *fom_pci_device(const struct net_device *dev)
{
	const struct device *parent = dev->dev.parent;

	if (parent && !dev_is_pci(parent))
		parent = parent->parent;
	return parent && dev_is_pci(parent) ? parent : NULL;
}

/* One that has not been told yet: a PCI function may have several network devices. */
static struct fom_slave *fom_slave_below(const struct device *device)
{
	struct fom_device *master;
	struct fom_slave *slave;

	list_for_each_entry_rcu(master, &fom_masters, node)
		fom_for_each_slave(master, slave)
			if (fom_pci_device(slave->dev) == device && !READ_ONCE(slave->leaving))
				return slave;
	return NULL;
}

/* The driver of this device lets go. False: of no slave that was not left already. */
static bool fom_pci_unbind_one(const struct device *device)
{
	struct fom_slave *slave, *next = NULL;
	unsigned int most_ms = 0;
	bool hold = false;
	u64 reflected = 0;

	rcu_read_lock();
	slave = fom_slave_below(device);
	if (slave && !refcount_inc_not_zero(&slave->refs))
		slave = NULL;
	if (slave) {
		bool was_active;

		most_ms = READ_ONCE(slave->master->options.hold_ms);
		fom_event_add(slave->master, FOM_EVENT_UNBIND, slave->slot, 0);
		was_active = fom_slave_leave(slave, FOM_CAUSE_UNBIND);
		next = rcu_dereference(slave->master->active);
		if (next && !refcount_inc_not_zero(&next->refs))
			next = NULL;
		reflected = fom_reflected(slave);
		if (was_active && next)
			fom_announce_first(slave->master);
		hold = next && fom_slave_live(slave) && fom_slave_left_lately(slave, most_ms);
	}
	rcu_read_unlock();
	if (hold)
		fom_hold(slave, next, reflected, most_ms);
	if (next)
		fom_slave_put(next);
	if (slave)
		fom_slave_put(slave);
	return slave;
}

static void fom_pci_unbind(const struct device *device)
{
	while (fom_pci_unbind_one(device))
		;
}

/* A driver has taken a slave's device, or has let go of it: the slave is gone by then, its slot is remembered. */
static void fom_pci_bound(const struct device *device, bool bound)
{
	struct fom_device *master;
	unsigned int slot;

	rcu_read_lock();
	list_for_each_entry_rcu(master, &fom_masters, node) {
		for (slot = 0; slot < FOM_MAX_SLAVES; slot++) {
			if (READ_ONCE(master->slot_device[slot]) != device)
				continue;
			if (bound)
				fom_event_add(master, FOM_EVENT_BOUND, slot, 0);
			fom_event_add(master, FOM_EVENT_BUS_MASTER, slot, to_pci_dev(device)->is_busmaster);
		}
	}
	rcu_read_unlock();
}

static int fom_pci_event(struct notifier_block *nb, unsigned long event, void *device)
{
	switch (event) {
	case BUS_NOTIFY_UNBIND_DRIVER:
		fom_pci_unbind(device);
		break;
	case BUS_NOTIFY_BOUND_DRIVER:
		fom_pci_bound(device, true);
		break;
	case BUS_NOTIFY_UNBOUND_DRIVER:
		fom_pci_bound(device, false);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block fom_pci_notifier = {
	.notifier_call = fom_pci_event,
};

int fom_pci_init(void)
{
	return bus_register_notifier(&pci_bus_type, &fom_pci_notifier);
}

void fom_pci_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &fom_pci_notifier);
}
