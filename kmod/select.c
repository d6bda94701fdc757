// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is active. One pointer says it to transmission and reception alike.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <net/sch_generic.h>

#include "fom.h"

/* Drivers look within three ticks of the timer, which come late where processors are emulated. */
#define FOM_SUSPICION (30ULL * NSEC_PER_MSEC)
#define FOM_SUSPECT_PAUSE (10ULL * NSEC_PER_SEC)
#define FOM_SUSPECT_PAUSE_MOST (3600ULL * NSEC_PER_SEC)

static bool fom_queue_works(const struct net_device *dev, unsigned int number)
{
	return rcu_access_pointer(netdev_get_tx_queue(dev, number)->qdisc) != &noop_qdisc;
}

/**
 * fom_slave_usable() - could it be active?
 * @slave: any
 *
 * Live, and its queues work: when the carrier comes, linkwatch puts them to work later (dev_activate()), and until then
 * they swallow frames. It begins with the first one, there and back. When the carrier goes, the bit in the device's
 * state is the first to say so.
 */
bool fom_slave_usable(const struct fom_slave *slave)
{
	return !READ_ONCE(slave->leaving) && fom_slave_live(slave) && fom_queue_works(slave->dev, 0) &&
	       fom_queue_works(slave->dev, slave->dev->num_tx_queues - 1);
}

static struct fom_slave *fom_active_locked(struct fom_device *master)
{
	return rcu_dereference_protected(master->active, lockdep_is_held(&master->lock));
}

/**
 * fom_active_slot() - the active slave's slot
 * @master: its lock is held
 */
u8 fom_active_slot(struct fom_device *master)
{
	const struct fom_slave *slave = fom_active_locked(master);

	return slave ? slave->slot : FOM_NO_SLOT;
}

/* Somebody has found that it leads nowhere, which its link does not tell. The master's lock is held. */
static bool fom_doubted(const struct fom_slave *slave, u64 now)
{
	return now < slave->doubted_until;
}

/* Its driver is about to find out whether it still has a link. */
static bool fom_suspected(const struct fom_slave *slave, u64 now)
{
	return now < slave->suspected_until;
}

/*
 * A link that has changed was there, so it is gone; or the interrupt was for something else. The suspicion outlasts
 * the driver's look at it. Where a false one would not be undone there is none, and after each false one none for
 * twice as long.
 */
static void fom_hear(const struct fom_device *master, struct fom_slave *slave, u64 now)
{
	int losses = atomic_read(&slave->dev->carrier_down_count);

	if (!READ_ONCE(slave->interrupted))
		return;
	WRITE_ONCE(slave->interrupted, false);
	if (losses != slave->losses) {
		slave->losses = losses;
		slave->suspect_again = 0;
		slave->suspect_pause = FOM_SUSPECT_PAUSE;
	}
	if (now < slave->suspect_again || READ_ONCE(master->options.failback) == FOM_FAILBACK_NEVER)
		return;
	slave->suspected_until = now + FOM_SUSPICION;
	slave->suspect_again = now + slave->suspect_pause;
	slave->suspect_pause = min_t(u64, 2 * slave->suspect_pause, FOM_SUSPECT_PAUSE_MOST);
}

/* What the operator asked for comes before any doubt, that before a suspicion, and all before rank. */
static bool fom_better(const struct fom_device *master, const struct fom_slave *one, const struct fom_slave *other,
		       u64 now)
{
	unsigned int chosen = READ_ONCE(master->options.chosen);

	if (one->slot == chosen || other->slot == chosen)
		return one->slot == chosen;
	if (fom_doubted(one, now) != fom_doubted(other, now))
		return fom_doubted(other, now);
	if (fom_suspected(one, now) != fom_suspected(other, now))
		return fom_suspected(other, now);
	return READ_ONCE(one->rank) < READ_ONCE(other->rank);
}

/* One that leads nowhere is as good as dead. */
static bool fom_leads_nowhere(const struct fom_slave *active, const struct fom_slave *better, u64 now)
{
	return fom_doubted(active, now) && !fom_doubted(better, now);
}

/* Only for one that is left again when the suspicion is over. */
static bool fom_may_be_dead(const struct fom_slave *active, const struct fom_slave *better, u64 now)
{
	return fom_suspected(active, now) && !fom_doubted(better, now) && !fom_suspected(better, now) &&
	       READ_ONCE(better->rank) > READ_ONCE(active->rank);
}

/* A slave that works is left for a better one if the options say so; `again`: not before that. */
static bool fom_worth_leaving(const struct fom_device *master, const struct fom_slave *active,
			      const struct fom_slave *better, u64 now, u64 *again)
{
	const struct fom_options *options = &master->options;
	u64 ready = better->usable_ns + (u64)READ_ONCE(options->updelay_ms) * NSEC_PER_MSEC;

	if (better->slot == READ_ONCE(options->chosen))
		return true;
	if (fom_leads_nowhere(active, better, now) || fom_may_be_dead(active, better, now))
		return true;
	if (READ_ONCE(options->failback) == FOM_FAILBACK_NEVER)
		return false;
	if (now >= ready)
		return true;
	*again = min_not_zero(*again, ready);
	return false;
}

/* `again`: when it may come out otherwise though nothing has happened, 0: never. */
static struct fom_slave *fom_choose(struct fom_device *master, u64 now, u64 *again)
{
	struct fom_slave *active = fom_active_locked(master), *best = NULL, *slave;

	list_for_each_entry(slave, &master->slaves, node) {
		if (!fom_slave_usable(slave)) {
			slave->usable_ns = 0;
			slave->suspected_until = 0;
			WRITE_ONCE(slave->interrupted, false);
			continue;
		}
		fom_hear(master, slave, now);
		if (!slave->usable_ns)
			slave->usable_ns = now;
		if (fom_doubted(slave, now))
			*again = min_not_zero(*again, slave->doubted_until);
		if (fom_suspected(slave, now))
			*again = min_not_zero(*again, slave->suspected_until);
		if (!best || fom_better(master, slave, best, now))
			best = slave;
	}
	if (active && best && best != active && fom_slave_usable(active) &&
	    !fom_worth_leaving(master, active, best, now, again))
		return active;
	if (best)
		return best;
	/* Without a usable slave the active one stays: it may come back. One that leaves does not. */
	return active && READ_ONCE(active->leaving) ? NULL : active;
}

/* True if that was a change. */
static bool fom_activate(struct fom_device *master, struct fom_slave *slave, u64 now, enum fom_cause cause)
{
	struct fom_slave *before = fom_active_locked(master);

	if (slave == before)
		return false;
	if (before && slave && fom_slave_usable(before)) {
		/* Which of two usable slaves is better is no failure of the other. */
		if (slave->slot == master->options.chosen)
			cause = FOM_CAUSE_OPERATOR;
		else if (fom_leads_nowhere(before, slave, now))
			cause = FOM_CAUSE_PROBE;
		else if (fom_may_be_dead(before, slave, now))
			cause = FOM_CAUSE_CARRIER_LOSS;
		else
			cause = FOM_CAUSE_FAILBACK;
	} else if (!before) {
		cause = FOM_CAUSE_STARTUP;
	}
	/* The operator's choice holds until that slave fails. */
	if (before && before->slot == master->options.chosen && !fom_slave_usable(before))
		WRITE_ONCE(master->options.chosen, FOM_NO_SLOT);
	rcu_assign_pointer(master->active, slave);
	fom_twice_begin(master);
	master->cause = cause;
	master->last_from = before ? before->slot : FOM_NO_SLOT;
	master->switched_ns = now;
	master->switches += before != NULL;
	fom_event_note(master, FOM_EVENT_SWITCH, before ? before->slot : FOM_NO_SLOT, slave ? slave->slot : FOM_NO_SLOT,
		       cause);
	return true;
}

/* Of one that leaves it is told that it does. */
static void fom_note_carriers(struct fom_device *master)
{
	struct fom_slave *slave;

	list_for_each_entry(slave, &master->slaves, node) {
		bool carrier = netif_running(slave->dev) && netif_carrier_ok(slave->dev);

		if (carrier == slave->carrier || READ_ONCE(slave->leaving))
			continue;
		slave->carrier = carrier;
		fom_event_note(master, FOM_EVENT_CARRIER, slave->slot, carrier, FOM_CAUSE_UNSPEC);
	}
}

/**
 * fom_reselect() - have the right slave active
 * @master: whose slaves have changed somehow
 * @cause: why, if the active one cannot carry any more
 *
 * Context: any.
 * Return: the active slave, usable or not; NULL if there is none, and while the master is closed. Valid in the
 * caller's RCU section.
 */
struct fom_slave *fom_reselect(struct fom_device *master, enum fom_cause cause)
{
	struct fom_slave *slave;
	bool open, changed;
	unsigned long flags;
	u64 now, again = 0;

	raw_spin_lock_irqsave(&master->lock, flags);
	now = ktime_get_boottime_ns();
	/*
	 * While it is being closed its slaves are too, one after the other: no reason to go through all of them. Looked
	 * at under the lock, so that nothing is chosen after fom_deselect().
	 */
	open = netif_running(master->dev);
	if (open)
		fom_note_carriers(master);
	slave = open ? fom_choose(master, now, &again) : NULL;
	changed = open && fom_activate(master, slave, now, cause);
	raw_spin_unlock_irqrestore(&master->lock, flags);
	if (changed)
		fom_announce_begin(master);
	queue_work(fom_wq, &master->refresh);
	if (again)
		mod_delayed_work(fom_wq, &master->settle, nsecs_to_jiffies(again - now) + 1);
	return slave;
}

/**
 * fom_doubt() - have others tried before this slave
 * @slave: nobody answers by it; the caller has its master select again
 * @ms: from now on for so long, 0: it is trusted
 *
 * Context: any.
 */
void fom_doubt(struct fom_slave *slave, u32 ms)
{
	struct fom_device *master = slave->master;
	unsigned long flags;

	raw_spin_lock_irqsave(&master->lock, flags);
	slave->doubt_ms = ms;
	slave->doubted_until = ms ? ktime_get_boottime_ns() + (u64)ms * NSEC_PER_MSEC : 0;
	raw_spin_unlock_irqrestore(&master->lock, flags);
}

/**
 * fom_doubt_told() - what was said to fom_doubt()
 * @slave: any
 * @ms: how long the last doubt was to be, 0: it is trusted
 * @until: CLOCK_BOOTTIME of its end
 *
 * Return: true if that is still to come.
 */
bool fom_doubt_told(const struct fom_slave *slave, u32 *ms, u64 *until)
{
	struct fom_device *master = slave->master;
	unsigned long flags;
	bool doubted;

	raw_spin_lock_irqsave(&master->lock, flags);
	*ms = slave->doubt_ms;
	*until = slave->doubted_until;
	doubted = fom_doubted(slave, ktime_get_boottime_ns());
	raw_spin_unlock_irqrestore(&master->lock, flags);
	return doubted;
}

/**
 * fom_deselect() - have no slave active
 * @master: is being closed
 */
void fom_deselect(struct fom_device *master)
{
	struct fom_slave *slave;
	unsigned long flags;

	raw_spin_lock_irqsave(&master->lock, flags);
	list_for_each_entry(slave, &master->slaves, node) {
		WRITE_ONCE(slave->interrupted, false);
		slave->carrier = false; /* until it is opened again; who closes knows that it goes */
	}
	RCU_INIT_POINTER(master->active, NULL);
	raw_spin_unlock_irqrestore(&master->lock, flags);
}

/**
 * fom_settle_work() - a better slave has been usable for long enough, or is trusted again
 * @work: fom_device.settle
 */
void fom_settle_work(struct work_struct *work)
{
	struct fom_device *master = container_of(to_delayed_work(work), struct fom_device, settle);

	rcu_read_lock();
	fom_reselect(master, FOM_CAUSE_FAILBACK);
	rcu_read_unlock();
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
		if (fom_slave_usable(slave))
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
	bool was_active = rcu_access_pointer(slave->master->active) == slave;

	WRITE_ONCE(slave->leaving, true);
	/* The lock puts us behind whoever chooses it just now and has not seen that it leaves. */
	fom_reselect(slave->master, cause);
	return was_active;
}

/**
 * fom_slave_left_lately() - was it active until now, or until a moment ago?
 * @slave: any
 * @ms: that long a moment
 *
 * Context: any.
 */
bool fom_slave_left_lately(const struct fom_slave *slave, unsigned int ms)
{
	struct fom_device *master = slave->master;
	unsigned long flags;
	bool lately;

	raw_spin_lock_irqsave(&master->lock, flags);
	lately = master->last_from == slave->slot &&
		 ktime_get_boottime_ns() - master->switched_ns < (u64)ms * NSEC_PER_MSEC;
	raw_spin_unlock_irqrestore(&master->lock, flags);
	return lately;
}

/**
 * fom_refresh_work() - the master has carrier if its active slave has, and who listens hears what happened
 * @work: fom_device.refresh
 */
void fom_refresh_work(struct work_struct *work)
{
	struct fom_device *master = container_of(work, struct fom_device, refresh);
	struct fom_slave *slave;
	bool live;

	rcu_read_lock();
	slave = rcu_dereference(master->active);
	live = slave && fom_slave_usable(slave);
	rcu_read_unlock();
	if (live && netif_running(master->dev))
		netif_carrier_on(master->dev);
	else
		netif_carrier_off(master->dev);
	fom_events_send(master);
}
