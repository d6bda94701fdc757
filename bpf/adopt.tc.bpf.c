// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slaves of the kernel's own net_failover, where that cannot be replaced. They stay where they are, in the namespace
 * that users see, and so do its rules: what it drops is taken past it here, what it sends the wrong way is turned.
 *
 *   receive   it drops all that comes by the standby while a primary is there, be that dead: unicast goes straight to
 *             the master, and so do broadcast and multicast that come by no other.
 *   transmit  it sends by the primary for as long as that has a link; by whom it is to go is in fom_masters. A primary
 *             may have a link before its queues work (__dev_open(), linkwatch_do_dev()), and swallows frames then: they
 *             do not get as far as that choice.
 */
#include "admit.h"
#include "adopted.h"
#include "idle_queue.h"
#include "moved.h"
#include "probe.h"
#include "select.h"
#include "twice.h"

#define VERDICT_DROP 2    /* TC_ACT_SHOT */
#define VERDICT_NEXT (-1) /* TC_ACT_UNSPEC */

SEC("tc")
int fom_adopt_rx(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct fom_place place = adopted_place_of(skb->ifindex);
	struct fom_stats *stats;
	enum verdict verdict;

	if (!place.master || data + sizeof(struct ethhdr) > end)
		return VERDICT_NEXT;
	if (is_link_local(data))
		return VERDICT_NEXT;
	if (!place.master->netns) /* for fom_watch_unbind, which sees no frame */
		place.master->netns = plain_number(net_of_packet(skb));

	verdict = admit(data, place.master, place.slot);
	/* A standby that hears everything hears also what the master sent to somebody the fabric does not know. */
	if (verdict == VERDICT_COMPARE && place.master->active != place.slot &&
	    !(((struct ethhdr *)data)->h_dest[0] & 1) && !mac_equal(((struct ethhdr *)data)->h_dest, place.master->mac))
		verdict = VERDICT_DUPLICATE;
	if (verdict == VERDICT_COMPARE)
		verdict = twice_compare_skb(skb, &place);
	stats = stats_of(place.index, place.slot);
	if (stats)
		admit_count(stats, verdict, skb->len);
	if (verdict == VERDICT_PROBE)
		probe_receive(skb, place);
	if (verdict == VERDICT_REFLECTED)
		moved_note(&place);
	if (verdict != VERDICT_ACCEPT)
		return VERDICT_DROP;
	if (place.master->slots[place.slot].role != FOM_ROLE_STANDBY)
		return VERDICT_NEXT;
	return bpf_redirect(place.master->visible, BPF_F_INGRESS);
}

SEC("tc")
int fom_adopt_tx(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct fom_place place = adopted_place_of(skb->ifindex);
	struct fom_stats *stats;
	enum slave_state state;
	struct net *net;
	__u32 active;

	if (!place.master || data + sizeof(struct ethhdr) > end || is_link_local(data))
		return VERDICT_NEXT;
	net = net_of_packet(skb);
	active = place.master->active;
	/* A probe proves the path of the slave that it was given to. */
	if (active != place.slot && active < FOM_MAX_SLAVES && skb->protocol != bpf_htons(FOM_PROBE_ETHERTYPE)) {
		state = fom_state_at(plain_number(net), place.master->slots[active].ifindex);
		if (state == SLAVE_LIVE)
			return bpf_redirect(place.master->slots[active].ifindex, 0);
		/* net_failover has seen it too, and chosen this one. */
		if (slot_usable(&place.master->slots[place.slot]))
			master_switch(place.master, place.index, active, place.slot, cause_of(state));
	}
	stats = stats_of(place.index, place.slot);
	if (stats) {
		stats->tx_packets++;
		stats->tx_bytes += skb->len;
	}
	return VERDICT_NEXT;
}

/* At the master itself, whose frames nobody who listens there has seen yet: so no longer than it has to be. */
SEC("tc")
int fom_adopt_steer(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct fom_master *master = adopted_master_of(skb->ifindex);
	struct net_device *dev = kernel_read(struct sk_buff, kernel_skb(skb), dev);
	struct fom_slot *slot;

	if (!master || data + sizeof(struct ethhdr) > end || is_link_local(data))
		return VERDICT_NEXT;
	for (__u32 number = 0; number < FOM_MAX_SLAVES; number++) {
		slot = &master->slots[number];
		if (!slot_usable(slot) || slot->role != FOM_ROLE_STANDBY)
			continue;
		if (!has_idle_queue(dev, slot->ifindex) ||
		    fom_state_at(plain_number(net_of_packet(skb)), slot->ifindex) != SLAVE_LIVE)
			break;
		return bpf_redirect(slot->ifindex, 0);
	}
	return VERDICT_NEXT;
}
