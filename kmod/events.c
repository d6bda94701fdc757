// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happened, told to who listens to the multicast group of our generic-netlink family. Things happen in any
 * context; they are noted there and told from a work item. Who reads too slowly, or we, lose the oldest: the state that
 * they led to can be asked for at any time.
 */
#include <linux/ktime.h>

#include "fom.h"

/**
 * fom_event_note() - something happened
 * @master: its lock is held; fom_events_send() must follow, by its work item
 * @type: what
 * @from: a slot, as fom_abi.h says for the type
 * @to: a slot or what the type says
 * @cause: why, for a switch
 */
void fom_event_note(struct fom_device *master, enum fom_event_type type, u32 from, u32 to, enum fom_cause cause)
{
	struct fom_event *event = &master->events[master->events_noted++ % FOM_EVENTS_KEPT];

	*event = (struct fom_event){
		.version = FOM_ABI_VERSION,
		.type = type,
		.time_ns = ktime_get_boottime_ns(),
		.master = master->index,
		.from = from,
		.to = to,
		.cause = cause,
	};
}

/**
 * fom_event_add() - something happened, and is to be told
 * @master: its lock is not held
 * @type: what
 * @from: a slot
 * @to: what fom_abi.h says for the type
 *
 * Context: any.
 */
void fom_event_add(struct fom_device *master, enum fom_event_type type, u32 from, u32 to)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&master->lock, flags);
	fom_event_note(master, type, from, to, FOM_CAUSE_UNSPEC);
	raw_spin_unlock_irqrestore(&master->lock, flags);
	queue_work(fom_wq, &master->refresh);
}

static bool fom_event_next(struct fom_device *master, struct fom_event *event)
{
	bool any = false;

	raw_spin_lock_irq(&master->lock);
	if (master->events_noted - master->events_told > FOM_EVENTS_KEPT)
		master->events_told = master->events_noted - FOM_EVENTS_KEPT;
	if (master->events_told != master->events_noted) {
		*event = master->events[master->events_told++ % FOM_EVENTS_KEPT];
		any = true;
	}
	raw_spin_unlock_irq(&master->lock);
	return any;
}

/* The slave that an event is about; none where it has left. */
static void fom_event_slave(struct fom_device *master, const struct fom_event *event, char *name)
{
	u32 slot = event->type == FOM_EVENT_SWITCH ? event->to : event->from;
	struct fom_slave *slave;

	rcu_read_lock();
	fom_for_each_slave(master, slave)
		if (slave->slot == slot)
			strscpy(name, slave->dev->name, IFNAMSIZ);
	rcu_read_unlock();
}

static void fom_event_send(struct fom_device *master, const struct fom_event *event)
{
	char slave[IFNAMSIZ] = "";
	struct sk_buff *skb;
	void *header;

	if (!genl_has_listeners(&fom_family, dev_net(master->dev), 0))
		return;
	skb = genlmsg_new(nla_total_size(sizeof(u32)) + nla_total_size(sizeof(*event)) + nla_total_size(IFNAMSIZ),
			  GFP_KERNEL);
	if (!skb)
		return;
	fom_event_slave(master, event, slave);
	header = genlmsg_put(skb, 0, 0, &fom_family, 0, FOM_CMD_EVENT);
	if (!header || nla_put_u32(skb, FOM_A_MASTER, master->dev->ifindex) ||
	    nla_put(skb, FOM_A_EVENT, sizeof(*event), event) || (*slave && nla_put_string(skb, FOM_A_SLAVE, slave))) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	genlmsg_multicast_netns(&fom_family, dev_net(master->dev), skb, 0, 0, GFP_KERNEL);
}

/**
 * fom_events_send() - tell what has been noted
 * @master: whose work item this is
 */
void fom_events_send(struct fom_device *master)
{
	struct fom_event event;

	while (fom_event_next(master, &event))
		fom_event_send(master, &event);
}
