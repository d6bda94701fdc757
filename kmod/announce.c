// SPDX-License-Identifier: GPL-2.0-only
/*
 * After a switch the fabric learns where we are: a RARP for each address of the master leaves by the new active slave,
 * and the protocols above are asked for theirs (gratuitous ARP, unsolicited NA, IGMP and MLD reports). Lost frames are
 * made up for by rounds at 0, 50, 200, 450 and 800 ms, the schedule of QEMU's own announcements.
 */
#include <linux/if_arp.h>
#include <net/arp.h>

#include "fom.h"

struct workqueue_struct *fom_wq;

static const unsigned int fom_pause_ms[] = { 50, 150, 250, 350 };

/*
 * A fabric that sends back what we send (reflective relay) would answer each of our announcements with a reason for the
 * next, and so would another guest that has our address by mistake.
 */
#define FOM_MOVES_ANSWERED 10
#define FOM_MOVES_INTERVAL (2 * HZ)
#define FOM_MOVES_SWITCHED_NS (20 * NSEC_PER_MSEC) /* what comes then may be what the slave before sent */

/* RFC 903: "reverse request" for our own address, which switches learn from and nobody answers. */
static void fom_send_rarp(struct net_device *lower, const u8 *mac)
{
	struct sk_buff *skb = arp_create(ARPOP_RREQUEST, ETH_P_RARP, 0, lower, 0, NULL, mac, mac);

	if (skb)
		dev_queue_xmit(skb);
}

/**
 * fom_announce_first() - the one frame that turns the fabric, at once
 * @master: whose active slave sends it
 *
 * Context: process or softirq.
 */
void fom_announce_first(struct fom_device *master)
{
	struct netdev_hw_addr *address;
	struct fom_slave *slave;

	if (!READ_ONCE(master->options.announce_rounds))
		return;
	rcu_read_lock();
	slave = rcu_dereference(master->active);
	if (slave && fom_slave_live(slave)) {
		fom_send_rarp(slave->dev, master->dev->dev_addr);
		netif_addr_lock_bh(master->dev);
		netdev_for_each_uc_addr(address, master->dev)
			fom_send_rarp(slave->dev, address->addr);
		netif_addr_unlock_bh(master->dev);
	}
	rcu_read_unlock();
}

/**
 * fom_announce_begin() - announce in rounds, beginning now
 * @master: its rounds begin anew if some are under way
 *
 * Context: any.
 */
void fom_announce_begin(struct fom_device *master)
{
	u32 before, after;

	do {
		before = READ_ONCE(master->announce_state);
		after = ((before & ~0xffu) + 0x100) | READ_ONCE(master->options.announce_rounds);
	} while (cmpxchg(&master->announce_state, before, after) != before);
	mod_delayed_work(fom_wq, &master->announce, 0);
}

/**
 * fom_announce_work() - one round
 * @work: fom_device.announce
 */
void fom_announce_work(struct work_struct *work)
{
	struct fom_device *master = container_of(to_delayed_work(work), struct fom_device, announce);
	u32 state = READ_ONCE(master->announce_state), left = state & 0xff;
	unsigned int round;

	if (!left || !netif_running(master->dev))
		return;
	if (master->announce_sent != state)
		fom_announce_first(master);
	master->announce_sent = state;
	/* Whoever unregisters the master waits for us and holds RTNL. Being a little late is no loss: the RARP is out.
	 */
	if (!rtnl_trylock()) {
		mod_delayed_work(fom_wq, &master->announce, 1);
		return;
	}
	call_netdevice_notifiers(NETDEV_NOTIFY_PEERS, master->dev);
	call_netdevice_notifiers(NETDEV_RESEND_IGMP, master->dev);
	rtnl_unlock();
	/* A switch meanwhile has begun another: its work is due already. */
	if (cmpxchg(&master->announce_state, state, state - 1) != state || left == 1)
		return;
	round = min_t(unsigned int, READ_ONCE(master->options.announce_rounds) - left, ARRAY_SIZE(fom_pause_ms) - 1);
	mod_delayed_work(fom_wq, &master->announce, msecs_to_jiffies(fom_pause_ms[round]));
}

/**
 * fom_moves_init() - be ready to be moved
 * @master: new
 */
void fom_moves_init(struct fom_device *master)
{
	ratelimit_state_init(&master->moves, FOM_MOVES_INTERVAL, FOM_MOVES_ANSWERED);
	ratelimit_set_flags(&master->moves, RATELIMIT_MSG_ON_RELEASE); /* that is, never */
}

/**
 * fom_reclaim() - another port has sent with our address, and the fabric looks for us there; say that we are here
 * @slave: the active one, which heard it
 *
 * Hypervisors announce a guest that has moved by every NIC it has, the primary included that it has no driver for yet.
 *
 * Context: softirq.
 */
void fom_reclaim(const struct fom_slave *slave)
{
	struct fom_device *master = slave->master;

	/* It may have been ourselves. */
	if (!READ_ONCE(master->options.announce_rounds) || fom_steered(master) ||
	    ktime_get_boottime_ns() - READ_ONCE(master->switched_ns) < FOM_MOVES_SWITCHED_NS ||
	    !__ratelimit(&master->moves))
		return;
	fom_announce_first(master);
	fom_event_add(master, FOM_EVENT_MOVED, slave->slot, 0);
}
