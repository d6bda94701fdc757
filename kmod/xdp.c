// SPDX-License-Identifier: GPL-2.0-only
/*
 * XDP on a master: its program runs in the driver of every slave that can (xdp_run.c), and for the others in the stack,
 * when the frame has become the master's. So a program once attached sees every frame, whichever slave it comes by and
 * whatever drivers come and go. What others redirect to the master leaves by the active slave, in bulk.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <net/sch_generic.h>
#include <net/xdp.h>

#include "fom.h"

/* The driver takes over one reference to the program, and gives back that of the program before. */
static int fom_xdp_give(struct fom_slave *slave, struct bpf_prog *ours, struct netlink_ext_ack *extack)
{
	struct netdev_bpf xdp = { .command = XDP_SETUP_PROG, .prog = ours, .extack = extack };
	int err;

	if (IS_ERR(ours))
		return PTR_ERR(ours);
	if (ours == slave->xdp_given)
		return 0;
	if (ours)
		bpf_prog_inc(ours);
	err = fom_compat_xdp_propagate(slave->dev, &xdp);
	if (err && ours)
		bpf_prog_put(ours);
	if (!err)
		slave->xdp_given = ours;
	return err;
}

/* A program that can take frames in several buffers can take those in one as well. */
static int fom_xdp_give_for(struct fom_slave *slave, const struct bpf_prog *prog, struct netlink_ext_ack *extack)
{
	int err = -EOPNOTSUPP;

	if (prog->aux->xdp_has_frags)
		err = fom_xdp_give(slave, fom_xdp_program(true), extack);
	return err ? fom_xdp_give(slave, fom_xdp_program(false), extack) : 0;
}

static void fom_xdp_take_back(struct fom_slave *slave)
{
	unsigned int queues = slave->dev->real_num_rx_queues;
	struct netlink_ext_ack said = {};
	int err;

	if (!slave->xdp_given)
		return;
	err = fom_xdp_give(slave, NULL, &said);
	/*
	 * Queues that a driver had for XDP and gives up while it is being unregistered (virtio_net) keep their entries
	 * in sysfs, which the kernel then waits for without end: netif_set_real_num_rx_queues() thinks of registered
	 * devices only. They are there until all go.
	 */
	if (slave->dev->reg_state != NETREG_REGISTERED)
		netif_set_real_num_rx_queues(slave->dev, queues);
	if (!err)
		return;
	/* It lets frames pass from now on, but must be there. */
	netdev_err(slave->dev, "does not let go of XDP (%s, error %d): " FOM_NAME " stays\n",
		   said._msg ?: "its driver does not say why", err);
	__module_get(THIS_MODULE);
	slave->xdp_given = NULL;
}

static bool fom_xdp_shows_frags(const struct fom_slave *slave)
{
	return slave->xdp_given && slave->xdp_given->aux->xdp_has_frags;
}

/*
 * Each frame is asked about once, here or there: the active slave may be another when the stack gets it, and would
 * refuse what the program has counted.
 */
static void fom_xdp_decides(struct fom_slave *slave, bool decides)
{
	bool receives = fom_receives(rcu_access_pointer(slave->dev->rx_handler));

	if (slave->xdp_decides == decides)
		return;
	/* Frames between the driver and the stack are still asked about as it was before. */
	if (decides && receives)
		synchronize_net();
	WRITE_ONCE(slave->xdp_decides, decides);
	if (!decides && receives)
		synchronize_net();
}

static void fom_xdp_run_in_stack(struct fom_slave *slave, struct bpf_prog *prog)
{
	bool before = rcu_access_pointer(slave->xdp_stack);

	rcu_assign_pointer(slave->xdp_stack, prog);
	if (before != !!prog)
		fom_slave_watch(slave, prog);
}

/**
 * fom_slave_xdp_set() - run a program for what this slave receives
 * @slave: in its driver if that can, else in the stack
 * @prog: the caller has a reference; NULL: none any more
 *
 * While one program takes the place of another each frame is shown to one of them; only if the driver can run the one
 * and not the other, some may be shown to both.
 *
 * Context: RTNL.
 * Return: -EBUSY if somebody else's program is on the slave.
 */
int fom_slave_xdp_set(struct fom_slave *slave, struct bpf_prog *prog)
{
	bool was_in_stack = rcu_access_pointer(slave->xdp_stack);
	struct netlink_ext_ack said = {};
	int err;

	if (!prog) {
		fom_xdp_decides(slave, false);
		RCU_INIT_POINTER(slave->xdp_native, NULL);
		fom_xdp_take_back(slave);
		fom_xdp_run_in_stack(slave, NULL);
		return 0;
	}
	if (dev_xdp_prog_count(slave->dev))
		return -EBUSY;
	/* If what this driver shows may be in several buffers, of which the new one knows nothing, that has to end
	 * first. */
	if (!fom_xdp_shows_frags(slave) || prog->aux->xdp_has_frags)
		rcu_assign_pointer(slave->xdp_native, prog);
	err = fom_xdp_give_for(slave, prog, &said);
	if (!err) {
		rcu_assign_pointer(slave->xdp_native, prog);
		fom_xdp_decides(slave, true);
		fom_xdp_run_in_stack(slave, NULL);
		if (was_in_stack)
			netdev_info(slave->dev, "runs XDP programs in its driver\n");
		return 0;
	}
	if (!was_in_stack)
		netdev_info(slave->dev, "runs XDP programs in the stack: %s (%d)\n", said._msg ?: "its driver cannot",
			    err);
	fom_xdp_decides(slave, false);
	fom_xdp_run_in_stack(slave, prog);
	fom_xdp_take_back(slave);
	RCU_INIT_POINTER(slave->xdp_native, NULL);
	return 0;
}

/**
 * fom_slave_xdp_check() - can its driver still run the program, now that its MTU is another?
 * @slave: if it could
 *
 * Drivers look at the MTU when they are given a program, but not all look at the program when they are given an MTU.
 *
 * Context: RTNL.
 */
int fom_slave_xdp_check(struct fom_slave *slave)
{
	struct bpf_prog *prog = rtnl_dereference(slave->xdp_native), *given = slave->xdp_given;
	struct netlink_ext_ack said = {};
	int err;

	if (!given)
		return 0;
	slave->xdp_given = NULL; /* so that it is asked again */
	err = fom_xdp_give_for(slave, prog, &said);
	if (!err)
		return 0;
	slave->xdp_given = given;
	netdev_err(slave->dev, "could not run the XDP program any more: %s (%d)\n", said._msg ?: "its driver cannot",
		   err);
	return err;
}

static int fom_xdp_follow(struct fom_slave *slave, const void *to)
{
	struct bpf_prog *const *prog = to;

	return fom_slave_xdp_set(slave, *prog);
}

static int fom_xdp_setup(struct net_device *dev, struct bpf_prog *prog, struct netlink_ext_ack *extack)
{
	struct fom_device *master = netdev_priv(dev);
	struct bpf_prog *before = master->xdp_prog;
	const struct fom_slave *failed;
	int err;

	err = fom_slaves_follow(master, fom_xdp_follow, &prog, &before, &failed);
	if (err)
		NL_SET_ERR_MSG(extack, "A slave has an XDP program of its own");
	else
		master->xdp_prog = prog;
	/* Nobody runs the other one after this. */
	synchronize_net();
	if (!err && before)
		bpf_prog_put(before);
	/* What drivers changed with it was not heard; and frames are merged again, or not any more. */
	fom_compute_features(master);
	return err;
}

int fom_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	switch (bpf->command) {
	case XDP_SETUP_PROG:
		return fom_xdp_setup(dev, bpf->prog, bpf->extack);
	case XDP_SETUP_PROG_HW:
		NL_SET_ERR_MSG(bpf->extack,
			       "The NICs below a failover master come and go: no hardware can keep its program");
		return -EOPNOTSUPP;
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * fom_xdp_in_stack() - run the program that the slave's driver could not
 * @prog: the slave's
 * @pskb: of the master by now; may become another
 *
 * Return: false if the frame is gone.
 */
bool fom_xdp_in_stack(struct bpf_prog *prog, struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;

	/* A driver's program sees the sum that is to leave, not a part of it. */
	if (skb->ip_summed == CHECKSUM_PARTIAL && !skb_is_gso(skb) && skb_checksum_help(skb)) {
		kfree_skb(skb);
		return false;
	}
	/* What it sends back does not pass dev_queue_xmit(): nothing has made it suit a slave (transmit.c). */
	qdisc_skb_cb(skb)->slave_dev_queue_mapping = 0;
	return fom_compat_xdp_generic(prog, pskb) == XDP_PASS;
}

/* By a driver that takes no XDP frames, or not these. */
static int fom_xdp_xmit_skbs(struct net_device *lower, int n, struct xdp_frame **frames)
{
	int sent;

	for (sent = 0; sent < n; sent++) {
		struct sk_buff *skb = xdp_build_skb_from_frame(frames[sent], lower);

		if (!skb)
			break;
		skb_reset_network_header(skb);
		skb_push(skb, ETH_HLEN); /* eth_type_trans() took it off */
		dev_queue_xmit(skb);
	}
	return sent;
}

/* Not every driver looks whether a frame is in several buffers. */
static bool fom_xdp_takes(const struct net_device *lower, int n, struct xdp_frame **frames)
{
	int i;

	if (!lower->netdev_ops->ndo_xdp_xmit)
		return false;
	if (fom_compat_xdp_xmits_frags(lower))
		return true;
	for (i = 0; i < n; i++)
		if (unlikely(xdp_frame_has_frags(frames[i])))
			return false;
	return true;
}

int fom_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames, u32 flags)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;
	int sent = -ENETDOWN, i;

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;
	rcu_read_lock();
	slave = rcu_dereference(master->active);
	if (unlikely(!slave || !fom_slave_live(slave)))
		slave = fom_replace_dead(master, slave);
	if (slave) {
		sent = -EOPNOTSUPP;
		if (fom_xdp_takes(slave->dev, n, frames))
			sent = slave->dev->netdev_ops->ndo_xdp_xmit(slave->dev, n, frames, flags);
		/* None has been taken: the driver cannot, or not as it is set up now (virtio_net without a program). */
		if (sent < 0)
			sent = fom_xdp_xmit_skbs(slave->dev, n, frames);
	}
	rcu_read_unlock();
	/* The caller frees the rest and tells nobody. */
	for (i = max(sent, 0); i < n; i++)
		dev_core_stats_tx_dropped_inc(dev);
	return sent;
}
