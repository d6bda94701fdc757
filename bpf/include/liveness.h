/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Can this slave transmit right now? Asked of the device itself, on every packet: notifications about a link come up
 * to a second late (linkwatch), the device's own state bits do not.
 *
 * The way to the net_device is the kernel's own, dev_get_by_index_rcu(): from a namespace through its ifindex table.
 * Programs run under rcu_read_lock, which is what that walk needs. Kernel memory is read in one of two ways:
 *   FOM_READ_CAST  kfuncs bpf_cast_to_kern_ctx and bpf_rdonly_cast (6.2 and newer): plain loads that cannot fault.
 *   otherwise      bpf_probe_read_kernel, a call for each field. So the address found is noted in the slot, and
 *                  believed only while it still is that registered device.
 */
#pragma once

#include "maps.h"

#define FOM_LINK_START 0x1        /* BIT(__LINK_STATE_START): open; cleared before ndo_stop(), IFF_UP only after */
#define FOM_LINK_PRESENT 0x2      /* BIT(__LINK_STATE_PRESENT) */
#define FOM_LINK_NOCARRIER 0x4    /* BIT(__LINK_STATE_NOCARRIER) */
#define FOM_NETDEV_HASH_MASK 0xff /* NETDEV_HASHENTRIES - 1, include/linux/netdevice.h */
#define FOM_HASH_CHAIN_MAX 32     /* devices of one hash bucket that are looked at; the hidden namespace has few */

enum slave_state { SLAVE_LIVE, SLAVE_NO_CARRIER, SLAVE_DOWN, SLAVE_GONE };

#ifdef FOM_READ_CAST
extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym;
extern void *bpf_rdonly_cast(void *obj, __u32 btf_id) __ksym;
#define kernel_read(type, pointer, field)                                                                              \
	(((type *)bpf_rdonly_cast((void *)(pointer), bpf_core_type_id_kernel(type)))->field)
#define kernel_skb(ctx) ((struct sk_buff *)bpf_cast_to_kern_ctx(ctx))
#else
#define kernel_read(type, pointer, field) BPF_CORE_READ((type *)(pointer), field)
/* A tc program's context register holds the sk_buff itself; only direct loads from it are translated. */
#define kernel_skb(ctx) ((struct sk_buff *)(ctx))
#endif

static __always_inline struct net *net_of_packet(struct __sk_buff *ctx)
{
	struct net_device *dev = kernel_read(struct sk_buff, kernel_skb(ctx), dev);

	return kernel_read(struct net_device, dev, nd_net.net);
}

static __always_inline enum slave_state device_state(struct net_device *dev)
{
	unsigned long state = kernel_read(struct net_device, dev, state);

	if ((state & (FOM_LINK_PRESENT | FOM_LINK_START | FOM_LINK_NOCARRIER)) == (FOM_LINK_PRESENT | FOM_LINK_START))
		return SLAVE_LIVE;
	if (!(state & FOM_LINK_PRESENT))
		return SLAVE_GONE;
	return state & FOM_LINK_START ? SLAVE_NO_CARRIER : SLAVE_DOWN;
}

static __always_inline struct net_device *device_of_node(struct hlist_node *node)
{
	return (void *)node - bpf_core_field_offset(struct net_device, index_hlist);
}

/* An address without what the verifier knows about it: global functions take nothing else. */
static __always_inline __u64 plain_number(const void *pointer)
{
	__u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), &pointer);
	return number;
}

/*
 * The device with this ifindex, 0: there is none. This and the next are global functions, so that the verifier follows
 * the loop once and not for every slave on every path that leads here, which took it most of a second.
 */
__noinline __u64 fom_device_at(__u64 netns, int ifindex)
{
	struct hlist_head *heads = kernel_read(struct net, netns, dev_index_head);
	struct hlist_node *node;

	node = kernel_read(struct hlist_head, &heads[ifindex & FOM_NETDEV_HASH_MASK], first);
	for (int i = 0; i < FOM_HASH_CHAIN_MAX && node; i++) {
		if (kernel_read(struct net_device, device_of_node(node), ifindex) == ifindex)
			return plain_number(device_of_node(node));
		node = kernel_read(struct hlist_node, node, next);
	}
	return 0;
}

/* enum slave_state of the device with this ifindex. */
__noinline __u32 fom_state_at(__u64 netns, int ifindex)
{
	struct net_device *dev = (struct net_device *)fom_device_at(netns, ifindex);

	return dev ? device_state(dev) : SLAVE_GONE;
}

/* The same for the slave of most frames. */
static __always_inline enum slave_state slave_state(struct net *net, struct fom_slot *slot)
{
	int ifindex = slot->ifindex;
	struct net_device *dev;

#ifdef FOM_READ_CAST
	struct hlist_head *heads = kernel_read(struct net, net, dev_index_head);
	struct hlist_node *node;

	/* The hidden namespace has few devices: nearly always it is the first of its bucket. */
	node = kernel_read(struct hlist_head, &heads[ifindex & FOM_NETDEV_HASH_MASK], first);
	if (node) {
		dev = device_of_node(node);
		if (kernel_read(struct net_device, dev, ifindex) == ifindex)
			return device_state(dev);
	}
	return fom_state_at(plain_number(net), ifindex);
#else
	/* A freed net_device is not NETREG_REGISTERED: unregistering moves reg_state on before the memory goes. */
	dev = (struct net_device *)slot->netdev;
	if (dev && kernel_read(struct net_device, dev, ifindex) == ifindex &&
	    BPF_CORE_READ_BITFIELD_PROBED(dev, reg_state) == NETREG_REGISTERED)
		return device_state(dev);
	slot->netdev = fom_device_at((__u64)net, ifindex);
	return slot->netdev ? device_state((struct net_device *)slot->netdev) : SLAVE_GONE;
#endif
}

static __always_inline enum fom_cause cause_of(enum slave_state state)
{
	switch (state) {
	case SLAVE_NO_CARRIER:
		return FOM_CAUSE_CARRIER_LOSS;
	case SLAVE_DOWN:
		return FOM_CAUSE_DOWN;
	default:
		return FOM_CAUSE_UNREGISTER;
	}
}
