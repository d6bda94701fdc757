// SPDX-License-Identifier: GPL-2.0-only
/*
 * Native XDP on a master: its program runs in the driver of every slave that can, and for the others in the stack, when
 * the frame has become the master's. So a program once attached sees every frame, whichever slave it comes by and
 * whatever drivers come and go.
 *
 * XDP_TX leaves by the NIC that the frame came by where the program runs in the driver (the kernel redirects it for
 * bonds only, xdp_master_redirect()), and by the active slave where it runs in the stack.
 */
#include <linux/bpf.h>
#include <linux/bpf_trace.h>
#include <linux/filter.h>
#include <net/xdp.h>

#include "fom.h"

/* The driver takes over one reference to the program, and gives back that of the program before. */
static int fom_xdp_give(struct fom_slave *slave, struct bpf_prog *prog, struct netlink_ext_ack *extack)
{
	struct netdev_bpf xdp = { .command = XDP_SETUP_PROG, .prog = prog, .extack = extack };
	int err;

	if (prog)
		bpf_prog_inc(prog);
	err = fom_compat_xdp_propagate(slave->dev, &xdp);
	if (err && prog)
		bpf_prog_put(prog);
	return err;
}

/**
 * fom_slave_xdp_set() - run a program for what this slave receives
 * @slave: in its driver if that can, else in the stack
 * @prog: NULL: none any more
 *
 * Context: RTNL.
 * Return: -EBUSY if somebody else's program is on the slave.
 */
int fom_slave_xdp_set(struct fom_slave *slave, struct bpf_prog *prog)
{
	struct netlink_ext_ack said = {};
	bool in_stack, was_in_stack;
	int err = -EOPNOTSUPP;

	if (prog && dev_xdp_prog_count(slave->dev))
		return -EBUSY;
	if (slave->xdp_native || (prog && slave->dev->netdev_ops->ndo_bpf))
		err = fom_xdp_give(slave, prog, &said);
	if (err && slave->xdp_native) {
		/* Its driver keeps the old one: that must not run with another on the other slaves. */
		netdev_err(slave->dev, "does not let go of an XDP program: error %d\n", err);
		return err;
	}
	slave->xdp_native = prog && !err;
	if (prog && err)
		netdev_info(slave->dev, "runs XDP programs in the stack: %s\n", said._msg ?: "its driver cannot");
	was_in_stack = rcu_access_pointer(slave->xdp_stack);
	in_stack = prog && !slave->xdp_native;
	rcu_assign_pointer(slave->xdp_stack, in_stack ? prog : NULL);
	if (in_stack != was_in_stack)
		fom_slave_watch(slave, in_stack);
	return 0;
}

static int fom_xdp_setup(struct net_device *dev, struct bpf_prog *prog, struct netlink_ext_ack *extack)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave, *failed = NULL;
	struct bpf_prog *before = master->xdp_prog;
	int err = 0;

	fom_for_each_slave(master, slave) {
		err = fom_slave_xdp_set(slave, prog);
		if (err) {
			failed = slave;
			break;
		}
	}
	if (failed) {
		if (err == -EBUSY)
			NL_SET_ERR_MSG(extack, "A slave has an XDP program of its own");
		else
			NL_SET_ERR_MSG(extack, "A slave does not let go of its XDP program");
		fom_for_each_slave(master, slave) {
			if (slave == failed)
				break;
			fom_slave_xdp_set(slave, before);
		}
		return err;
	}
	master->xdp_prog = prog;
	/* Nobody runs the old one after this. */
	synchronize_net();
	if (before)
		bpf_prog_put(before);
	return 0;
}

int fom_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	if (bpf->command == XDP_SETUP_PROG)
		return fom_xdp_setup(dev, bpf->prog, bpf->extack);
	return -EINVAL;
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
	return fom_compat_xdp_generic(prog, pskb) == XDP_PASS;
}

/* By a driver that takes no XDP frames. */
static int fom_xdp_xmit_skbs(struct net_device *lower, int n, struct xdp_frame **frames)
{
	int sent;

	for (sent = 0; sent < n; sent++) {
		struct sk_buff *skb = xdp_build_skb_from_frame(frames[sent], lower);

		if (!skb)
			break;
		skb_push(skb, ETH_HLEN); /* eth_type_trans() took it off */
		dev_queue_xmit(skb);
	}
	return sent;
}

int fom_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames, u32 flags)
{
	struct fom_device *master = netdev_priv(dev);
	struct fom_slave *slave;
	int sent = -ENETDOWN;

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;
	rcu_read_lock();
	slave = rcu_dereference(master->active);
	if (unlikely(!slave || !fom_slave_live(slave)))
		slave = fom_replace_dead(master, slave);
	if (!slave)
		goto out;
	sent = -EOPNOTSUPP;
	if (slave->dev->netdev_ops->ndo_xdp_xmit)
		sent = slave->dev->netdev_ops->ndo_xdp_xmit(slave->dev, n, frames, flags);
	/* None has been taken: the driver cannot, or not as it is set up now (virtio_net without a queue for it). */
	if (sent < 0)
		sent = fom_xdp_xmit_skbs(slave->dev, n, frames);
out:
	rcu_read_unlock();
	return sent;
}
