// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is active. One pointer says it to transmission and reception alike.
 */
#include <linux/ktime.h>
#include <net/sch_generic.h>

#include "fom.h"

/*
 * Live, and its queues work: when the carrier comes, linkwatch puts them to work later (dev_activate()), and until then
 * they swallow frames. When it goes, the bit in the device's state is the first to say so.
 */
static bool fom_usable(const struct fom_slave *slave)
{
	const struct netdev_queue *queue = netdev_get_tx_queue(slave->dev, 0);

	return !READ_ONCE(slave->leaving) && fom_slave_live(slave) && rcu_access_pointer(queue->qdisc) != &noop_qdisc;
}

static struct fom_slave *fom_best(struct fom_device *master)
{
	struct fom_slave *slave, *best = NULL;

	list_for_each_entry(slave, &master->slaves, node)
		if (fom_usable(slave) && (!best || slave->rank < best->rank))
			best = slave;
	return best;
}

static struct fom_slave *fom_active_locked(struct fom_device *master)
{
	return rcu_dereference_protected(master->active, lockdep_is_held(&master->lock));
}

/* True if that was a change. Without a live slave the active one stays: it may come back. */
static bool fom_activate(struct fom_device *master, struct fom_slave *slave, enum fom_cause cause)
{
	struct fom_slave *before = fom_active_locked(master);

	lockdep_assert_held(&master->lock);
	if (slave == before)
		return false;
	/* Which of two live slaves is better is no failure of the other. */
	if (before && slave && !before->leaving && fom_slave_live(before))
		cause = FOM_CAUSE_FAILBACK;
	rcu_assign_pointer(master->active, slave);
	if (!slave)
		return true;
	master->cause = before ? cause : FOM_CAUSE_STARTUP;
	master->switched_ns = ktime_get_boottime_ns();
	master->switches += before != NULL;
	return true;
}

static void fom_after_switch(struct fom_device *master)
{
	fom_announce_begin(master);
	queue_work(fom_wq, &master->refresh);
}

/**
 * fom_reselect() - have the best live slave active
 * @master: whose slaves have changed somehow
 * @cause: why, if the active one cannot carry any more
 *
 * Context: any.
 * Return: the active slave, live or not; NULL if there never was one. Valid in the caller's RCU section.
 */
struct fom_slave *fom_reselect(struct fom_device *master, enum fom_cause cause)
{
	struct fom_slave *slave;
	unsigned long flags;
	bool changed = false;

	spin_lock_irqsave(&master->lock, flags);
	slave = fom_best(master);
	if (slave)
		changed = fom_activate(master, slave, cause);
	else
		slave = fom_active_locked(master);
	spin_unlock_irqrestore(&master->lock, flags);
	if (changed)
		fom_after_switch(master);
	else
		queue_work(fom_wq, &master->refresh);
	return slave;
}

/**
 * fom_replace_dead() - a frame is to be sent and the active slave cannot take it
 * @master: its master
 * @dead: what was seen to be active, NULL: none was
 *
 * Context: softirq or process, RCU section.
 * Return: a live slave, or NULL.
 */
struct fom_slave *fom_replace_dead(struct fom_device *master, struct fom_slave *dead)
{
	enum fom_cause cause = FOM_CAUSE_CARRIER_LOSS;
	struct fom_slave *slave;

	if (dead && !netif_running(dead->dev))
		cause = FOM_CAUSE_DOWN;
	/* Without this look a master without a path would take its lock for each frame. */
	fom_for_each_slave(master, slave)
		if (fom_usable(slave))
			break;
	if (list_entry_is_head(slave, &master->slaves, node))
		return NULL;
	slave = fom_reselect(master, cause);
	return slave && fom_slave_live(slave) ? slave : NULL;
}

/**
 * fom_slave_leave() - never have this slave active again
 * @slave: its driver or its user lets it go
 * @cause: which of the two
 *
 * Context: any.
 * Return: true if it was active.
 */
bool fom_slave_leave(struct fom_slave *slave, enum fom_cause cause)
{
	struct fom_device *master = slave->master;
	unsigned long flags;
	bool was_active;

	spin_lock_irqsave(&master->lock, flags);
	WRITE_ONCE(slave->leaving, true);
	was_active = fom_active_locked(master) == slave;
	if (was_active)
		fom_activate(master, fom_best(master), cause);
	spin_unlock_irqrestore(&master->lock, flags);
	if (was_active)
		fom_after_switch(master);
	return was_active;
}

/**
 * fom_refresh_work() - the master has carrier if its active slave has
 * @work: fom_device.refresh
 */
void fom_refresh_work(struct work_struct *work)
{
	struct fom_device *master = container_of(work, struct fom_device, refresh);
	struct fom_slave *slave;
	bool live;

	rcu_read_lock();
	slave = rcu_dereference(master->active);
	live = slave && !READ_ONCE(slave->leaving) && fom_slave_live(slave);
	rcu_read_unlock();
	if (live && netif_running(master->dev))
		netif_carrier_on(master->dev);
	else
		netif_carrier_off(master->dev);
}
