// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes in by any slave enters the master, if it is not a copy of something that another slave brings as well.
 *
 * Nearly every frame is unicast to us, and then there is nothing to decide. It is not even counted: what the slaves'
 * drivers count is, less what is refused here (stats.c). Where more may have to be done with a frame,
 * fom_receive_watched() takes the place of fom_receive(), so that a frame does not have to ask.
 */
#include "fom.h"

/**
 * fom_unwanted() - must the master's users not see this frame a second time, or never?
 * @slave: brought it
 * @frame: a group frame, one for others, or any of a wary slave's; counted if it is refused
 *
 * Context: softirq.
 */
bool fom_unwanted(struct fom_slave *slave, const struct fom_frame *frame)
{
	struct fom_pcpu_stats *stats = this_cpu_ptr(slave->stats);
	const struct ethhdr *header = frame->header;
	bool active = slave == rcu_access_pointer(slave->master->active);
	bool own = ether_addr_equal_64bits(header->h_source, slave->upper->dev_addr);
	unsigned int frames;
	bool unwanted;

	if (own)
		unwanted = true;
	else if (is_multicast_ether_addr(header->h_dest) && !is_link_local_ether_addr(header->h_dest))
		unwanted = fom_group_twice(slave, frame);
	else if (fom_for_us(slave, header))
		unwanted = fom_unicast_twice(slave, frame);
	else
		unwanted = !active;
	if (!unwanted)
		return false;
	/* Drivers count what came, and that may have been merged since. */
	frames = frame->skb ? max_t(unsigned int, skb_shinfo(frame->skb)->gso_segs, 1) : 1;
	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(own ? &stats->rx_reflected : &stats->rx_duplicate, frames);
	if (is_multicast_ether_addr(header->h_dest))
		u64_stats_add(&stats->rx_refused_group, frames);
	u64_stats_add(&stats->rx_refused_bytes, frame->bytes);
	u64_stats_update_end(&stats->syncp);
	/* What the active slave sends comes back by the others. By itself it hears what others sent. */
	if (own && active)
		fom_reclaim(slave);
	return true;
}

/* The slave's XDP program was shown it (xdp_run.c), after the same question. It does not see others' link-local frames.
 */
static bool fom_receive_decided(const struct fom_slave *slave, const struct sk_buff *skb)
{
	return READ_ONCE(slave->xdp_decides) && !is_link_local_ether_addr(eth_hdr(skb)->h_dest);
}

/* Group frames, what a promiscuous slave hears of others, what a wary one hears, and frames that somebody else holds
 * too. */
static noinline rx_handler_result_t fom_receive_special(struct sk_buff **pskb)
{
	struct sk_buff *skb = skb_share_check(*pskb, GFP_ATOMIC);
	struct fom_frame frame = {};
	struct fom_slave *slave;

	if (unlikely(!skb))
		return RX_HANDLER_CONSUMED;
	*pskb = skb;
	slave = rcu_dereference(skb->dev->rx_handler_data);
	/* A slave that kept its own address takes frames to the master's for those of others. */
	if (skb->pkt_type == PACKET_OTHERHOST && ether_addr_equal_64bits(eth_hdr(skb)->h_dest, slave->upper->dev_addr))
		skb->pkt_type = PACKET_HOST;
	/* Whoever asked this very slave for a protocol (LLDP) still gets it. */
	frame.header = eth_hdr(skb);
	frame.bytes = skb->len + ETH_HLEN;
	frame.skb = skb;
	if ((skb->pkt_type != PACKET_HOST || READ_ONCE(slave->wary)) && !fom_receive_decided(slave, skb) &&
	    fom_unwanted(slave, &frame))
		return RX_HANDLER_EXACT;
	skb->dev = slave->upper;
	return RX_HANDLER_ANOTHER;
}

static rx_handler_result_t fom_receive(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	const struct fom_slave *slave = rcu_dereference(skb->dev->rx_handler_data);

	if (unlikely(skb_shared(skb) || skb->pkt_type != PACKET_HOST))
		return fom_receive_special(pskb);
	skb->dev = slave->upper;
	return RX_HANDLER_ANOTHER;
}

/**
 * fom_receive_watched() - receive for a slave that is wary, runs a program in the stack, or is counted by fom_hold()
 * @pskb: it may be another one afterwards
 *
 * What fom_receive() does for the others is done here as well. A new slave starts with it.
 */
rx_handler_result_t fom_receive_watched(struct sk_buff **pskb)
{
	const struct fom_slave *slave = rcu_dereference((*pskb)->dev->rx_handler_data);
	rx_handler_result_t result;
	struct bpf_prog *xdp;

	this_cpu_inc(slave->stats->seen);
	result = fom_receive_special(pskb);
	if (result != RX_HANDLER_ANOTHER)
		return result;
	if ((*pskb)->pkt_type == PACKET_HOST)
		this_cpu_inc(slave->stats->watched);
	xdp = rcu_dereference(slave->xdp_stack);
	if (xdp && !fom_xdp_in_stack(xdp, pskb))
		return RX_HANDLER_CONSUMED;
	return RX_HANDLER_ANOTHER;
}

/**
 * fom_receives() - is this handler ours?
 * @handler: of any device
 */
bool fom_receives(rx_handler_func_t *handler)
{
	return handler == fom_receive || handler == fom_receive_watched;
}

/*
 * The quickest handler that will do, changed under the feet of frames. RTNL is not needed for that: who takes the
 * handler away says so first (fom_slave_del()).
 */
static void fom_slave_choose_handler(struct fom_slave *slave)
{
	rx_handler_func_t *handler = slave->watchers || slave->wary ? fom_receive_watched : fom_receive;

	lockdep_assert_held(&slave->master->lock);
	if (slave->receives && rcu_access_pointer(slave->dev->rx_handler) != handler)
		rcu_assign_pointer(slave->dev->rx_handler, handler);
}

/**
 * fom_slave_be_wary() - may unicast to us have come by another slave already?
 * @slave: has its handler for it from the next frame on
 * @wary: it may
 *
 * Context: the master's lock.
 */
void fom_slave_be_wary(struct fom_slave *slave, bool wary)
{
	WRITE_ONCE(slave->wary, wary);
	fom_slave_choose_handler(slave);
}

/**
 * fom_slave_watch() - look closer at what a slave receives, or no more
 * @slave: may have left, and its master be gone
 * @begin: each call with true needs one with false
 *
 * Context: RTNL.
 */
void fom_slave_watch(struct fom_slave *slave, bool begin)
{
	ASSERT_RTNL();
	if (slave->left)
		return;
	raw_spin_lock_irq(&slave->master->lock);
	slave->watchers += begin ? 1 : -1;
	fom_slave_choose_handler(slave);
	raw_spin_unlock_irq(&slave->master->lock);
}
