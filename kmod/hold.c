// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that is about to let go of a slave's device is kept waiting until nothing is on its way to us by it any
 * more.
 */
#include <linux/delay.h>

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

#define FOM_LOOKS_BLIND 16 /* a queue gives up to 64 frames each time; more looks where they are seen to come */

/* What a watched slave has brought. */
struct fom_brought {
	u64 unicast; /* for us */
	u64 any;     /* with all that was refused */
};

static struct fom_brought fom_brought_by(const struct fom_slave *slave)
{
	struct fom_brought sum = {};
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct fom_pcpu_stats *stats = per_cpu_ptr(slave->stats, cpu);

		sum.unicast += READ_ONCE(stats->watched);
		sum.any += READ_ONCE(stats->seen);
	}
	return sum;
}

/* What one slave has received, and when that last changed. */
struct fom_watch {
	const struct fom_slave *slave;
	u64 count, reflected;
	ktime_t first, last, echo;
	u64 seen;   /* of all frames, when the rings were last to be looked into */
	bool asked; /* they are to be, and it is not known whether that is done */
};

/* `reflected`: how many of our own frames it had brought before we announced. */
static void fom_watch_begin(struct fom_watch *watch, const struct fom_slave *slave, u64 reflected, ktime_t now)
{
	watch->slave = slave;
	watch->count = fom_brought_by(slave).unicast;
	watch->reflected = reflected;
	watch->first = 0;
	watch->echo = 0;
	watch->last = now;
	watch->asked = false;
}

static void fom_watch_look(struct fom_watch *watch, ktime_t now)
{
	u64 count = fom_brought_by(watch->slave).unicast;

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

/* Frames are being taken out of it. One that is disabled keeps two bits; one that a program polls is always looked
 * into. */
static bool fom_queue_is_busy(const struct napi_struct *napi)
{
	return (READ_ONCE(napi->state) & (NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC | NAPIF_STATE_IN_BUSY_POLL)) ==
	       NAPIF_STATE_SCHED;
}

/*
 * What a slave has received lies in its rings until the CPU comes that takes its interrupts. That one may not run for a
 * while, because its hypervisor lends it to others, and then the slave looks silent. So the rings are looked into from
 * here, as any poll would; `ask`: again, or else only whether that is done. False: it is not.
 *
 * A driver that stops for a while, for another MTU say, drops the carrier well before it touches its rings, and one
 * whose device is closed waits for us in between.
 */
static bool fom_rings_looked_into(const struct fom_slave *slave, bool ask)
{
	struct napi_struct *napi;
	bool done = true;

	rcu_read_lock();
	/* NETDEV_UNREGISTER sets `left`, and a grace period lies between that and the end of the device. */
	if (!READ_ONCE(slave->left) && fom_slave_live(slave)) {
		local_bh_disable();
		list_for_each_entry_rcu(napi, &slave->dev->napi_list, dev_list)
			if (ask && !fom_queue_is_busy(napi))
				napi_schedule(napi);
		local_bh_enable(); /* polls them, unless threads do */
		list_for_each_entry_rcu(napi, &slave->dev->napi_list, dev_list)
			done &= !fom_queue_is_busy(napi);
	}
	rcu_read_unlock();
	return done;
}

/*
 * True: the rings were empty. Looked into again and again as long as something comes, because a driver may leave the
 * rest to the CPU that it thinks is the right one. To be called again, later, if not.
 */
static bool fom_nothing_waits(struct fom_watch *watch, ktime_t until)
{
	do {
		bool ask = !watch->asked;

		if (ask)
			watch->seen = fom_brought_by(watch->slave).any;
		watch->asked = true;
		if (!fom_rings_looked_into(watch->slave, ask))
			return false;
		watch->asked = false;
		if (fom_brought_by(watch->slave).any == watch->seen)
			return true;
	} while (ktime_before(ktime_get(), until));
	return false;
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

/* Nothing can be seen of what comes, so the time is the only guide. */
static void fom_hold_blind(const struct fom_slave *old, unsigned int most_ms)
{
	unsigned int ms = min_t(unsigned int, most_ms, FOM_HOLD_IDLE), looks;

	usleep_range(ms * USEC_PER_MSEC, (ms + 1) * USEC_PER_MSEC);
	for (looks = 0; looks < FOM_LOOKS_BLIND; looks++)
		fom_rings_looked_into(old, true);
}

/**
 * fom_hold() - wait until what the fabric still sends to a slave has arrived
 * @old: is to be let go by its driver, and has been left for
 * @new: the active slave
 * @reflected: how many of our own frames @old had brought before they were announced by @new (fom_reflected())
 * @most_ms: no longer than that
 *
 * Both may leave meanwhile: only their counters are looked at, and the caller has references.
 *
 * Context: process, without RTNL.
 */
void fom_hold(struct fom_slave *old, struct fom_slave *new, u64 reflected, unsigned int most_ms)
{
	struct fom_watch from, to;
	ktime_t now, end;
	bool over;

	if (!fom_watch_both(old, new)) {
		fom_hold_blind(old, most_ms);
		return;
	}
	now = ktime_get();
	end = ktime_add_ms(now, most_ms);
	fom_watch_begin(&from, old, reflected, now);
	fom_watch_begin(&to, new, 0, now);
	do {
		usleep_range(200, 400);
		now = ktime_get();
		fom_watch_look(&from, now);
		fom_watch_look(&to, now);
		over = fom_hold_over(&from, &to, now);
		if (over) {
			over = fom_nothing_waits(&from, end);
			fom_watch_look(&from, now);
			over &= fom_hold_over(&from, &to, now);
		}
	} while (!over && ktime_before(now, end));
	if (!over)
		fom_nothing_waits(&from, ktime_add_ms(now, FOM_HOLD_QUIET));
	fom_watch_none(old, new);
}
