// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a master's XDP program is shown in a slave's driver, and what becomes of its verdict.
 *
 * A driver is not given the program, but one of ours of two instructions: call fom_xdp_run(), end. That decides first
 * whether the frame is the master's at all, as receive.c does, so that the program sees a broadcast once. It runs the
 * program on the master's behalf: ingress_ifindex, routes, sockets and the devices of bpf_redirect() are those of the
 * namespace that the master is in. And it has frames leave by the active slave, whichever they came by.
 *
 * The kernel does some of this for bonds (xdp_master_redirect()), which a slave of ours cannot pass for: bonding takes
 * every device that is marked as a bond's slave for one of its own.
 */
#include <linux/bpf.h>
#include <linux/bpf_trace.h>
#include <linux/filter.h>
#include <net/xdp.h>

#include "fom.h"

/*
 * Where a frame is to go, for the driver to give to xdp_do_redirect(): an entry of a devmap, of which only the device
 * counts. The kernel holds its own struct against this beginning; the rest of it, all zero, names no further program.
 */
struct fom_xdp_target {
	struct _bpf_dtab_netdev to;
	u64 rest[15];
};

/* Used up before the next frame of this CPU. */
static DEFINE_PER_CPU(struct fom_xdp_target, fom_xdp_target);

static u32 fom_xdp_send_by(struct net_device *dev)
{
	struct fom_xdp_target *target = this_cpu_ptr(&fom_xdp_target);
	struct bpf_redirect_info *info = fom_compat_redirect_info();

	target->to.dev = dev;
	info->tgt_index = 0;
	info->tgt_value = target;
	info->flags = 0;
	info->map_id = 0;
	info->map_type = BPF_MAP_TYPE_DEVMAP;
	return XDP_REDIRECT;
}

/* By the active slave. If that is another: the master takes frames in bulk and gives them to it. */
static u32 fom_xdp_send_back(const struct fom_slave *slave)
{
	if (likely(slave == rcu_access_pointer(slave->master->active) && fom_slave_live(slave)))
		return XDP_TX;
	return fom_xdp_send_by(slave->upper);
}

static void fom_xdp_hold(struct xdp_buff *xdp, bool hold)
{
	struct page *page = virt_to_head_page(xdp->data);
	const struct skb_shared_info *more;
	unsigned int i;

	hold ? get_page(page) : put_page(page);
	if (likely(!xdp_buff_has_frags(xdp)))
		return;
	more = xdp_get_shared_info_from_buff(xdp);
	for (i = 0; i < more->nr_frags; i++) {
		page = skb_frag_page(&more->frags[i]);
		hold ? get_page(page) : put_page(page);
	}
}

/*
 * Into a socket of the master's: it has a copy (a driver can fill a socket's memory only for its own device), and the
 * driver its buffer back. The socket lets go of what we hold for it.
 */
static u32 fom_xdp_to_socket(const struct fom_slave *slave, struct xdp_buff *xdp, struct bpf_prog *prog)
{
	struct xdp_rxq_info rxq = *xdp->rxq;
	struct xdp_buff copied = *xdp;

	rxq.mem.type = MEM_TYPE_PAGE_SHARED;
	copied.rxq = &rxq;
	fom_xdp_hold(xdp, true);
	if (xdp_do_redirect(slave->upper, &copied, prog))
		fom_xdp_hold(xdp, false);
	else
		xdp_do_flush(); /* the driver knows of nothing to flush */
	return XDP_DROP;
}

static u32 fom_xdp_redirect(const struct fom_slave *slave, struct xdp_buff *xdp, struct bpf_prog *prog)
{
	struct bpf_redirect_info *info = fom_compat_redirect_info();
	struct net_device *dev;

	if (info->map_type == BPF_MAP_TYPE_XSKMAP)
		return fom_xdp_to_socket(slave, xdp, prog);
	/* A map's entry is the device itself, bpf_redirect() gives a number that the driver would look up among slaves.
	 */
	if (info->map_type != BPF_MAP_TYPE_UNSPEC || info->map_id != INT_MAX)
		return XDP_REDIRECT;
	dev = dev_get_by_index_rcu(dev_net(slave->upper), info->tgt_index);
	if (likely(dev))
		return fom_xdp_send_by(dev);
	info->map_id = 0; /* the driver's attempt fails, and is traced */
	return XDP_REDIRECT;
}

/* What the master would refuse of this slave (receive.c): its program is not to see it either. */
static bool fom_xdp_unwanted(struct fom_slave *slave, struct xdp_buff *xdp, u32 *verdict)
{
	const struct fom_frame frame = {
		.header = xdp->data,
		.bytes = xdp_get_buff_len(xdp),
		.linear = xdp->data_end - xdp->data,
	};

	*verdict = XDP_PASS;
	if (unlikely(frame.linear < ETH_HLEN))
		return true;
	if (likely(fom_for_us(slave, frame.header) && !READ_ONCE(slave->wary)))
		return false;
	/* Somebody may have asked this very slave for it; the stack counts it then. */
	if (is_link_local_ether_addr(frame.header->h_dest) && slave != rcu_access_pointer(slave->master->active))
		return true;
	*verdict = XDP_DROP;
	return fom_unwanted(slave, &frame);
}

/* What our programs call: in a driver's NAPI, which keeps all that is found here. */
static u64 fom_xdp_run(struct xdp_buff *xdp)
{
	struct xdp_rxq_info *rxq = xdp->rxq, seen;
	struct fom_slave *slave;
	struct bpf_prog *prog;
	u32 verdict;

	/* It may be joining or leaving. */
	if (unlikely(!fom_receives(rcu_access_pointer(rxq->dev->rx_handler))))
		return XDP_PASS;
	slave = rcu_dereference_bh(rxq->dev->rx_handler_data);
	prog = rcu_dereference_bh(slave->xdp_native);
	if (unlikely(!prog))
		return XDP_PASS;
	if (unlikely(fom_xdp_unwanted(slave, xdp, &verdict)))
		return verdict;

	seen = *rxq;
	seen.dev = slave->upper;
	xdp->rxq = &seen;
	verdict = bpf_prog_run_xdp(prog, xdp);
	switch (verdict) {
	case XDP_PASS:
	case XDP_DROP:
		break;
	case XDP_TX:
		verdict = fom_xdp_send_back(slave);
		break;
	case XDP_REDIRECT:
		verdict = fom_xdp_redirect(slave, xdp, prog);
		break;
	default:
		bpf_warn_invalid_xdp_action(slave->upper, prog, verdict);
		fallthrough;
	case XDP_ABORTED:
		/* The driver would name itself and our program. */
		trace_xdp_exception(slave->upper, prog, verdict);
		verdict = XDP_DROP;
	}
	xdp->rxq = rxq;
	return verdict;
}

/* For programs that take frames in several buffers, and for those that do not: some drivers ask. */
static struct bpf_prog *fom_xdp_programs[2]; /* under RTNL */

static struct bpf_prog *fom_xdp_make(bool frags)
{
	const struct bpf_insn insns[] = { BPF_EMIT_CALL(fom_xdp_run), BPF_EXIT_INSN() };
	ptrdiff_t distance = (void *)fom_xdp_run - (void *)__bpf_call_base;
	struct bpf_prog *prog;
	int err;

	if (distance != (s32)distance)
		return ERR_PTR(-ERANGE);
	prog = bpf_prog_alloc(bpf_prog_size(ARRAY_SIZE(insns)), 0);
	if (!prog)
		return ERR_PTR(-ENOMEM);
	prog->type = BPF_PROG_TYPE_XDP;
	prog->gpl_compatible = 1;
	prog->len = ARRAY_SIZE(insns);
	memcpy(prog->insnsi, insns, sizeof(insns));
	prog->aux->xdp_has_frags = frags;
	strscpy(prog->aux->name, FOM_NAME, sizeof(prog->aux->name));
	/* Ours for as long as the module is there; drivers take more. */
	atomic64_set(&prog->aux->refcnt, 1);
	prog = bpf_prog_select_runtime(prog, &err);
	if (err) {
		bpf_prog_free(prog);
		return ERR_PTR(err);
	}
	return prog;
}

/**
 * fom_xdp_program() - what a driver is given
 * @frags: the frames that it shows may be in several buffers
 *
 * Context: RTNL.
 * Return: kept by this module, or an error in the pointer.
 */
struct bpf_prog *fom_xdp_program(bool frags)
{
	struct bpf_prog *prog = fom_xdp_programs[frags];

	ASSERT_RTNL();
	if (prog)
		return prog;
	prog = fom_xdp_make(frags);
	if (!IS_ERR(prog))
		fom_xdp_programs[frags] = prog;
	return prog;
}

/**
 * fom_xdp_exit() - no driver has them any more
 */
void fom_xdp_exit(void)
{
	unsigned int i;

	/* Who took one off a driver need not have waited for the frame that it was run for. */
	synchronize_net();
	for (i = 0; i < ARRAY_SIZE(fom_xdp_programs); i++)
		if (fom_xdp_programs[i])
			bpf_prog_free(fom_xdp_programs[i]);
}
