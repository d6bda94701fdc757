// SPDX-License-Identifier: GPL-2.0-only
/*
 * A slave's driver is about to let go of its device: BUS_NOTIFY_UNBIND_DRIVER comes before the driver's remove(), which
 * stops reception and may take a tenth of a second. We send by another slave from here on, tell the fabric, and keep
 * the driver waiting until what the fabric still sends to the old port has arrived.
 */
#include <linux/delay.h>
#include <linux/pci.h>

#include "fom.h"

/*
 * How long. The fabric has turned when frames come by the new slave; nothing is on its way any more when the old one
 * has been silent for a while. Where nobody sends to us there is still our own announcement: it is for all ports, and
 * once it comes back by the old one the fabric has learned from it and sends nothing more there. All are seen by
 * counters, so a packet costs nothing. In milliseconds:
 */
#define FOM_HOLD_QUIET 2 /* silence of the old slave, and frames by the new one or our announcement, for so long */
#define FOM_HOLD_ECHO 4	 /* our announcement has come, and the old slave has received nothing else for so long */
#define FOM_HOLD_IDLE 10 /* nobody sends to us: the old slave has received nothing for so long */

static u64 fom_unicast(const struct fom_slave *slave)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(slave->stats, cpu)->watched);
	return sum;
}

/* What one slave has received, and when that last changed. */
struct fom_watch {
	const struct fom_slave *slave;
	u64 count, reflected;
	ktime_t first, last, echo;
};

/* `reflected`: how many of our own frames it had brought before we announced. */
static void fom_watch_begin(struct fom_watch *watch, const struct fom_slave *slave, u64 reflected, ktime_t now)
{
	watch->slave = slave;
	watch->count = fom_unicast(slave);
	watch->reflected = reflected;
	watch->first = 0;
	watch->echo = 0;
	watch->last = now;
}

static void fom_watch_look(struct fom_watch *watch, ktime_t now)
{
	u64 count = fom_unicast(watch->slave);

	if (!watch->echo && fom_reflected(watch->slave) != watch->reflected)
		watch->echo = now;
	if (count == watch->count)
		return;
	watch->count = count;
	watch->last = now;
	if (!watch->first)
		watch->first = now;
}

static bool fom_hold_over(const struct fom_watch *old, const struct fom_watch *new, ktime_t now)
{
	s64 silent = ktime_ms_delta(now, old->last);

	if (new->first)
		return ktime_ms_delta(now, new->first) >= FOM_HOLD_QUIET && silent >= FOM_HOLD_QUIET;
	if (!old->first && old->echo)
		return ktime_ms_delta(now, old->echo) >= FOM_HOLD_QUIET && silent >= FOM_HOLD_ECHO;
	return silent >= FOM_HOLD_IDLE;
}

/* It has frames to look for, or looks for some. One that is disabled keeps both bits. */
static bool fom_queue_is_busy(const struct napi_struct *napi)
{
	return (READ_ONCE(napi->state) & (NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC)) == NAPIF_STATE_SCHED;
}

/*
 * What a slave has received lies in its rings until the CPU comes that takes its interrupts. That one may not run for a
 * while, because its hypervisor lends it to others, and then the slave looks silent. So the rings are looked into from
 * here, as any poll would. False: some CPU has not done yet what it has begun there.
 */
static bool fom_take_what_waits(const struct fom_slave *slave)
{
	struct napi_struct *napi;
	bool done = true;

	rcu_read_lock();
	/* Until it has left, its device is there for as long as we read. */
	if (!READ_ONCE(slave->left)) {
		local_bh_disable();
		list_for_each_entry_rcu(napi, &slave->dev->napi_list, dev_list)
			napi_schedule(napi);
		local_bh_enable(); /* polls them */
		list_for_each_entry_rcu(napi, &slave->dev->napi_list, dev_list)
			done &= !fom_queue_is_busy(napi);
	}
	rcu_read_unlock();
	return done;
}

/* False: whoever has RTNL keeps it. */
static bool fom_watch_both(struct fom_slave *one, struct fom_slave *other)
{
	unsigned int tries = 10;

	while (!rtnl_trylock()) {
		if (!--tries)
			return false;
		usleep_range(100, 200);
	}
	fom_slave_watch(one, true);
	fom_slave_watch(other, true);
	rtnl_unlock();
	return true;
}

static void fom_watch_none(struct fom_slave *one, struct fom_slave *other)
{
	/* The driver's remove() waits for this lock next anyway. */
	rtnl_lock();
	fom_slave_watch(one, false);
	fom_slave_watch(other, false);
	rtnl_unlock();
}

/* Both slaves may leave meanwhile: only their counters are looked at, and the caller has references. */
static void fom_hold(struct fom_slave *old, struct fom_slave *new, u64 reflected, unsigned int most_ms)
{
	struct fom_watch from, to;
	ktime_t begin, now;
	bool over;

	if (!fom_watch_both(old, new)) {
		usleep_range(FOM_HOLD_IDLE * USEC_PER_MSEC, (FOM_HOLD_IDLE + 1) * USEC_PER_MSEC);
		fom_take_what_waits(old);
		return;
	}
	begin = ktime_get();
	fom_watch_begin(&from, old, reflected, begin);
	fom_watch_begin(&to, new, 0, begin);
	do {
		usleep_range(200, 400);
		now = ktime_get();
		fom_watch_look(&from, now);
		fom_watch_look(&to, now);
		over = fom_hold_over(&from, &to, now);
		if (over) {
			over = fom_take_what_waits(old);
			fom_watch_look(&from, now);
			over &= fom_hold_over(&from, &to, now);
		}
	} while (!over && ktime_ms_delta(now, begin) < most_ms);
	fom_watch_none(old, new);
}

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
	bool was_active = false;
	u64 reflected = 0;

	rcu_read_lock();
	slave = fom_slave_below(device);
	if (slave && !refcount_inc_not_zero(&slave->refs))
		slave = NULL;
	if (slave) {
		most_ms = READ_ONCE(slave->master->options.hold_ms);
		fom_event_add(slave->master, FOM_EVENT_UNBIND, slave->slot, 0);
		was_active = fom_slave_leave(slave, FOM_CAUSE_UNBIND);
		next = rcu_dereference(slave->master->active);
		if (next && !refcount_inc_not_zero(&next->refs))
			next = NULL;
		if (was_active && next) {
			reflected = fom_reflected(slave);
			fom_announce_first(slave->master);
		}
	}
	rcu_read_unlock();
	if (was_active && next && most_ms)
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
