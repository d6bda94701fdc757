/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of fom.ko know of each other.
 *
 * A master is a net_device of ours; its slaves are other drivers' net_devices, most of them in the hidden namespace.
 * Locks: lists change under RTNL and master->lock; readers hold RTNL or are in an RCU section. `active` changes under
 * master->lock alone, from any context, hard interrupts included.
 */
#ifndef _FOM_H
#define _FOM_H

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/refcount.h>
#include <linux/rtnetlink.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include <linux/fom_abi.h>

#include "compat/compat.h"

#define FOM_NAME "fom"
#define FOM_VERSION "0.1.0"

struct fom_slave;

/* Frames that are not only passed on, per CPU. */
struct fom_pcpu_stats {
	u64_stats_t rx_duplicate;     /* brought by another slave too, or for others */
	u64_stats_t rx_reflected;     /* our own frames come back */
	u64_stats_t rx_refused_group; /* of both: those that the driver has counted as multicast */
	u64_stats_t rx_refused_bytes; /* of both */
	struct u64_stats_sync syncp;
	unsigned long watched; /* unicast, while the slave is watched */
	unsigned long seen;    /* the same, and all that was refused */
};

/* The same, summed. */
struct fom_refused {
	u64 duplicate, reflected, group, bytes;
};

/*
 * Which slaves bring the group frames that one sender sends to one address; several such may share an element. Written
 * without a lock, a frame more or less does not matter.
 */
struct fom_groups {
	bool by_all; /* what comes by another slave comes by the active one too */
	u8 missed;   /* came by another slave since the last one by the active */
	u16 since;   /* when the first of those came, in ms */
};

#define FOM_GROUPS 128

/* A frame that has come in, as an skb or before it is one. */
struct fom_frame {
	const struct ethhdr *header;
	unsigned int bytes; /* of the whole frame */
	const struct sk_buff *skb;
	unsigned int linear; /* without an skb: bytes at `header` */
};

#define FOM_PRINTS 256

/* What a user asked for, and the drop-in's defaults. */
struct fom_options {
	u8 announce_rounds; /* 0: none at all */
	u8 chosen;	    /* the slot that is active when it can be, FOM_NO_SLOT: the best */
	u8 failback;	    /* enum fom_failback */
	u32 updelay_ms;	    /* a better slave has been usable for so long before it is taken */
	u32 hold_ms;	    /* a driver waits no longer than that at unbind, but for a last look */
};

#define FOM_EVENTS_KEPT 16

/* The private part of a master's net_device. */
struct fom_device {
	struct fom_slave __rcu *active; /* sends, and is the one whose group frames are ours */
	struct net_device *dev;
	struct list_head slaves; /* struct fom_slave.node */
	struct list_head node;	 /* in fom_masters */
	bool listed;
	raw_spinlock_t lock; /* taken by a kprobe's handler too */
	unsigned int index;  /* what its slaves' places are counted from */

	/* A master of virtio_net's pairs with whatever comes with this parent, or with this address. */
	struct device *standby_parent;
	u8 pair_mac[ETH_ALEN];
	const struct net_device *refused[FOM_MAX_SLAVES]; /* paired, but could not be slaves; under RTNL */

	struct fom_options options;
	struct bpf_prog *xdp_prog; /* under RTNL */
	bool follows;		   /* slaves are being made to follow the master; under RTNL */

	struct fom_groups groups[FOM_GROUPS];
	unsigned long wary_until;      /* jiffies */
	unsigned long steered;	       /* jiffies when a frame was last sent by another slave than the active one */
	atomic64_t prints[FOM_PRINTS]; /* of frames that may come once more (twice.c) */

	enum fom_cause cause; /* of the last switch */
	u64 switched_ns;      /* CLOCK_BOOTTIME */
	u64 switches;
	u8 last_from;

	struct fom_event events[FOM_EVENTS_KEPT]; /* not told yet; under lock */
	unsigned int events_noted, events_told;
	const struct device *slot_device[FOM_MAX_SLAVES]; /* whose a slot was last: compared, never looked into */

	spinlock_t stats_lock;
	struct rtnl_link_stats64 gone; /* carried by slaves that have left; under stats_lock */

	struct delayed_work announce;
	u32 announce_state; /* which announcement << 8 | rounds that are left of it */
	u32 announce_sent;  /* of the work item alone: the state whose frames are out */
	struct ratelimit_state moves;
	struct delayed_work open;
	struct delayed_work settle;
	struct work_struct refresh; /* carrier of the master, outside of whatever context noticed */
};

/* One NIC under a master: rx_handler_data of its net_device. */
struct fom_slave {
	struct net_device *dev;
	struct net_device *upper; /* the master's */
	bool wary;		  /* unicast may come by another slave as well; set under lock */
	bool receives;		  /* its handler is ours to choose; under lock */
	u16 mark;		  /* never 0: which slave a frame was prepared for */
	struct fom_device *master;
	struct list_head node;
	refcount_t refs; /* one for being in the list */
	struct fom_pcpu_stats __percpu *stats;
	struct bpf_prog __rcu *xdp_native; /* the master's, where the driver can run it */
	struct bpf_prog __rcu *xdp_stack;  /* the same, where it cannot */
	struct bpf_prog *xdp_given;	   /* ours that the driver has; under RTNL */
	bool xdp_decides;		   /* what gets through there has been found wanted: never ask twice */
	unsigned int watchers;		   /* of what it receives; under RTNL and lock */
	struct netpoll *netpoll;
	struct rtnl_link_stats64 last, counted, share; /* of its driver, since it joined, less what was refused */
	bool left; /* no slave any more, its device perhaps gone; set under RTNL and stats_lock */
	enum fom_role role;
	unsigned int slot;
	unsigned int rank;   /* lower is preferred */
	u64 usable_ns;	     /* CLOCK_BOOTTIME since when it could be active, 0: it cannot; under lock */
	u64 doubted_until;   /* CLOCK_BOOTTIME: slaves that are not doubted come first until then; under lock */
	u32 doubt_ms;	     /* how long it was doubted last, 0: it is trusted; under lock */
	u64 suspected_until; /* CLOCK_BOOTTIME: the same, because its link may just have gone; under lock */
	u64 suspect_again;   /* CLOCK_BOOTTIME: not before that; under lock */
	u64 suspect_pause;   /* after the next one that is false; under lock */
	int losses;	     /* of its carrier, when it was last suspected; under lock */
	bool interrupted;    /* its driver has been told that its link has changed (carrier.c) */
	bool carrier;	     /* as it was told last; under lock */
	bool leaving;	     /* its driver lets go: never active again */
	bool hidden;	     /* we brought it into the hidden namespace */
	u8 own_mac[ETH_ALEN];
	u8 listens_to[ETH_ALEN]; /* besides its own address, because it refused to change that; else zero */
	unsigned int own_mtu;
	netdev_features_t turned_off; /* because the master's user did; under RTNL */
	struct rcu_head rcu;
};

#define fom_for_each_slave(master, slave)                                                                              \
	list_for_each_entry_rcu(slave, &(master)->slaves, node,                                                        \
				lockdep_is_held(&(master)->lock) || lockdep_rtnl_is_held())

/* A slave that frames can be given to now: opened, there, with carrier. One load, because it is asked for each frame.
 */
static inline bool fom_slave_live(const struct fom_slave *slave)
{
	const unsigned long must = BIT(__LINK_STATE_START) | BIT(__LINK_STATE_PRESENT);

	return (READ_ONCE(slave->dev->state) & (must | BIT(__LINK_STATE_NOCARRIER))) == must;
}

/* Frames leave by other slaves too, so the fabric may have us at their ports for a while, and others' programs want it
 * so. */
static inline bool fom_steered(const struct fom_device *master)
{
	return time_before(jiffies, READ_ONCE(master->steered) + HZ);
}

/* To the master, or to the address that a slave has kept. */
static inline bool fom_for_us(const struct fom_slave *slave, const struct ethhdr *header)
{
	return ether_addr_equal(header->h_dest, slave->upper->dev_addr) ||
	       ether_addr_equal(header->h_dest, slave->dev->dev_addr);
}

/* hidden.c: the namespace that slaves live in */
struct net *fom_hidden_net(void);
int fom_hidden_set(struct net *net);
void fom_hidden_ask(void);
void fom_hidden_put(void);

/* hide.c: devices go there before userspace sees them */
int fom_hide_init(void);
void fom_hide_exit(void);
void fom_hide_catch_up(void);
void fom_hide_give_back(struct fom_device *master);
void fom_hide_undo(struct net_device *dev, struct net *home);

/* beside.c: those of the kernel's own net_failover too */
int fom_beside_init(void);
void fom_beside_exit(void);
void fom_beside_catch_up(void);

/* device.c: masters */
extern struct list_head fom_masters;
bool fom_is_master(const struct net_device *dev);
void fom_master_setup(struct net_device *dev);
unsigned int fom_get_num_rx_queues(void);
int fom_master_enter(struct net_device *dev, struct netlink_ext_ack *extack);
void fom_master_leave(struct net_device *dev);
int fom_slaves_follow(struct fom_device *master, int (*follow)(struct fom_slave *slave, const void *to), const void *to,
		      const void *back, const struct fom_slave **failed);
struct fom_device *fom_standby_create(struct net_device *standby);
void fom_standby_destroy(struct fom_device *master);

/* members.c: slaves join and leave */
struct fom_slave *fom_slave_of(const struct net_device *dev);
int fom_slave_add(struct fom_device *master, struct net_device *dev, enum fom_role role, bool open,
		  struct netlink_ext_ack *extack);
int fom_slave_slot(struct fom_device *master, enum fom_role role);
void fom_open_work(struct work_struct *work);
void fom_slave_del(struct fom_slave *slave);
int fom_slave_answer_to(struct fom_slave *slave, const u8 *mac);
void fom_slave_put(struct fom_slave *slave);
struct fom_slave *fom_slave_in(struct fom_device *master, enum fom_role role);
struct fom_slave *fom_slave_at(struct fom_device *master, unsigned int slot);

/* select.c: who is active */
struct fom_slave *fom_reselect(struct fom_device *master, enum fom_cause cause);
struct fom_slave *fom_replace_dead(struct fom_device *master, struct fom_slave *dead);
void fom_deselect(struct fom_device *master);
bool fom_slave_leave(struct fom_slave *slave, enum fom_cause cause);
bool fom_slave_left_lately(const struct fom_slave *slave, unsigned int ms);
void fom_doubt(struct fom_slave *slave, u32 ms);
bool fom_doubt_told(const struct fom_slave *slave, u32 *ms, u64 *until);
bool fom_slave_usable(const struct fom_slave *slave);
u8 fom_active_slot(struct fom_device *master);
void fom_settle_work(struct work_struct *work);
void fom_refresh_work(struct work_struct *work);

/* events.c: what happened, told to who listens */
void fom_event_note(struct fom_device *master, enum fom_event_type type, u32 from, u32 to, enum fom_cause cause);
void fom_event_add(struct fom_device *master, enum fom_event_type type, u32 from, u32 to);
void fom_events_send(struct fom_device *master);

/* transmit.c */
netdev_tx_t fom_xmit(struct sk_buff *skb, struct net_device *dev);
netdev_features_t fom_features_check(struct sk_buff *skb, struct net_device *dev, netdev_features_t features);

/* receive.c */
rx_handler_result_t fom_receive_watched(struct sk_buff **pskb);
bool fom_receives(rx_handler_func_t *handler);
bool fom_unwanted(struct fom_slave *slave, const struct fom_frame *frame);
void fom_slave_be_wary(struct fom_slave *slave, bool wary);
void fom_slave_watch(struct fom_slave *slave, bool begin);

/* twice.c */
bool fom_group_twice(const struct fom_slave *slave, const struct fom_frame *frame);
bool fom_unicast_twice(struct fom_slave *slave, const struct fom_frame *frame);
void fom_twice_begin(struct fom_device *master);

/* ethtool.c */
extern const struct ethtool_ops fom_ethtool_ops;

/* xdp.c */
int fom_bpf(struct net_device *dev, struct netdev_bpf *bpf);
int fom_xdp_xmit(struct net_device *dev, int n, struct xdp_frame **frames, u32 flags);
int fom_slave_xdp_set(struct fom_slave *slave, struct bpf_prog *prog);
int fom_slave_xdp_check(struct fom_slave *slave);
bool fom_xdp_in_stack(struct bpf_prog *prog, struct sk_buff **pskb);

/* xdp_run.c: the programs that drivers are given */
struct bpf_prog *fom_xdp_program(bool frags);
void fom_xdp_exit(void);

/* netpoll.c */
#ifdef CONFIG_NET_POLL_CONTROLLER
int fom_slave_netpoll_begin(struct fom_slave *slave);
void fom_slave_netpoll_end(struct fom_slave *slave);
int fom_netpoll_setup(struct net_device *dev);
int fom_netpoll_setup_before(struct net_device *dev, struct netpoll_info *info);
void fom_netpoll_cleanup(struct net_device *dev);
void fom_poll_controller(struct net_device *dev);
#else
static inline int fom_slave_netpoll_begin(struct fom_slave *slave)
{
	return 0;
}

static inline void fom_slave_netpoll_end(struct fom_slave *slave) {}
#endif

/* features.c: what the master offers is what every slave can */
netdev_features_t fom_fix_features(struct net_device *dev, netdev_features_t features);
void fom_compute_features(struct fom_device *master);
void fom_return_features(struct fom_slave *slave);

/* stats.c */
void fom_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats);
u64 fom_reflected(const struct fom_slave *slave);
void fom_slave_stats(struct fom_slave *slave, struct rtnl_link_stats64 *share, struct fom_refused *refused);
void fom_stats_begin(struct fom_slave *slave);
void fom_stats_keep(struct fom_slave *slave);

/* announce.c: the fabric learns where we are */
extern struct workqueue_struct *fom_wq;
void fom_announce_first(struct fom_device *master);
void fom_announce_begin(struct fom_device *master);
void fom_announce_work(struct work_struct *work);
void fom_moves_init(struct fom_device *master);
void fom_reclaim(const struct fom_slave *slave);

/* hold.c: until nothing is on its way by a slave any more */
void fom_hold(struct fom_slave *old, struct fom_slave *new, u64 reflected, unsigned int most_ms);

/* pci_events.c: a driver is about to let go */
const struct device *fom_pci_device(const struct net_device *dev);
int fom_pci_init(void);
void fom_pci_exit(void);

/* carrier.c: the moment a slave's carrier changes */
int fom_carrier_init(void);
void fom_carrier_exit(void);
void fom_carrier_listen(const struct fom_slave *slave);

/* link_kind.c: ip link add type fom */
extern struct rtnl_link_ops fom_link_ops;
int fom_add_slave(struct net_device *dev, struct net_device *lower, struct netlink_ext_ack *extack);
int fom_del_slave(struct net_device *dev, struct net_device *lower);

/* state.c: options and state as netlink attributes */
extern const struct nla_policy fom_link_policy[IFLA_FOM_MAX + 1];
#define FOM_MASTER_SIZE                                                                                                \
	(6 * nla_total_size(sizeof(u8)) + 3 * nla_total_size(sizeof(u32)) + 2 * nla_total_size_64bit(sizeof(u64)))
#define FOM_SLAVE_SIZE                                                                                                 \
	(2 * nla_total_size(sizeof(u8)) + 3 * nla_total_size(sizeof(u32)) + nla_total_size_64bit(sizeof(u64)) +        \
	 nla_total_size_64bit(sizeof(struct fom_stats)))
int fom_check_options(struct nlattr *data[], struct netlink_ext_ack *extack);
int fom_check_doubted(struct fom_device *master, struct nlattr *data[], struct netlink_ext_ack *extack);
void fom_take_options(struct fom_device *master, struct nlattr *data[]);
int fom_change_options(struct fom_device *master, struct nlattr *data[], struct netlink_ext_ack *extack);
int fom_put_master(struct sk_buff *skb, struct fom_device *master);
int fom_put_slave(struct sk_buff *skb, struct fom_slave *slave);

/* netlink.c: generic-netlink family */
extern struct genl_family fom_family;
int fom_netlink_init(void);
void fom_netlink_exit(void);

#endif /* _FOM_H */
