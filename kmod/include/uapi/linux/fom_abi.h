/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-2-Clause */
/*
 * The contract between the kernel side of vf-failover (BPF programs, kernel module) and userspace.
 *
 * Rules: fixed-width types, explicit padding, append only, enums begin with UNSPEC, every record that outlives a
 * process starts with its version and a reader that does not know the version stops. Addresses are byte arrays in
 * wire order. Sizes are pinned at the end of this file for C, C++ and BPF alike.
 */
#ifndef _UAPI_LINUX_FOM_ABI_H
#define _UAPI_LINUX_FOM_ABI_H

#ifndef __VMLINUX_H__ /* BPF programs have these types from vmlinux.h already */
#include <linux/types.h>
#endif

#define FOM_ABI_VERSION 1

#define FOM_MAX_MASTERS 256 /* masters in one guest */
#define FOM_MAX_SLAVES 8    /* slots of one master */
#define FOM_NO_SLOT 0xffu   /* "no slave" wherever a slot number stands */
#define FOM_MAC_LEN 6
#define FOM_BUS_ID_LEN 24 /* a device's name on its bus with its NUL, zero-filled: "0000:02:00.0" */

/* What a slave is for. */
enum fom_role {
	FOM_ROLE_UNSPEC,
	FOM_ROLE_PRIMARY, /* the passthrough NIC, preferred */
	FOM_ROLE_STANDBY, /* the paravirtual NIC, always there */
};

/* Why the active slave changed. */
enum fom_cause {
	FOM_CAUSE_UNSPEC,
	FOM_CAUSE_STARTUP,	/* the first slave of a master */
	FOM_CAUSE_CARRIER_LOSS, /* the active slave has no carrier */
	FOM_CAUSE_DOWN,		/* the active slave was closed */
	FOM_CAUSE_UNBIND,	/* its driver is about to let go of the device */
	FOM_CAUSE_UNREGISTER,	/* the active slave is gone */
	FOM_CAUSE_FAILBACK,	/* a better slave came back */
	FOM_CAUSE_OPERATOR,	/* somebody asked */
	FOM_CAUSE_PROBE,	/* the path was proven dead although the link is up */
	FOM_CAUSE_MAX_ = FOM_CAUSE_PROBE,
};

/* How the master chooses a slave for a frame. */
enum fom_policy {
	FOM_POLICY_UNSPEC,
	FOM_POLICY_FAILOVER_ORDER, /* always the active slave */
};

/*
 * With the module a program at the master's egress may say by which slave a frame leaves: this in __sk_buff.tc_index
 * and TC_ACT_UNSPEC, or as the minor number of __sk_buff.tc_classid and TC_ACT_OK (so does any filter of tc:
 * `classid 1:ff01`). A slot that is empty or cannot carry now is the same as nothing said: the module chooses. Numbers
 * as high as these, because whatever classifies a frame on its way leaves its class in tc_index.
 */
#define FOM_STEER(slot) (0xff00u + (slot))

/* fom_slot.flags */
#define FOM_SLOT_USED 0x1u    /* the slot holds a slave */
#define FOM_SLOT_READY 0x2u   /* set up by userspace: may carry traffic */
#define FOM_SLOT_LEAVING 0x4u /* its driver is letting go: must not carry traffic any more */
#define FOM_SLOT_RETURNS 0x8u /* userspace goes back to it by itself: it may be left on suspicion */

/*
 * One slave. `flags` is changed with atomic operations by userspace and BPF; everything else is written by
 * userspace only while FOM_SLOT_READY is clear.
 */
struct fom_slot {
	__u32 ifindex; /* in the hidden namespace, a place */
	__u32 flags;   /* FOM_SLOT_* */
	__u32 rank;    /* lower is preferred */
	__u8 role;     /* enum fom_role */
	__u8 early;    /* 1: an XDP program of ours runs in its driver */
	__u8 pad[2];
	__u64 netdev; /* kernel address of the slave's net_device where the kernel needs it noted, else 0 */
};

/*
 * One master: an element of the map `fom_masters`, which userspace maps into its memory. `active` is the one state
 * that both the choice for transmission and the suppression of duplicates on reception look at; it changes by
 * compare-and-swap only.
 */
struct fom_master {
	__u32 version; /* FOM_ABI_VERSION, 0: element not in use */
	__u32 port;    /* ifindex of the hidden end of the master's pair, 0: it has none, its slaves are not hidden */
	__u32 active;  /* slot number, FOM_NO_SLOT: none */
	__u8 policy;   /* enum fom_policy */
	__u8 others;   /* 1: others' addresses stand behind the master; userspace says so */
	__u8 wary;     /* 1: unicast has come by a slave that is not active; programs say so */
	__u8 pad;
	__u8 mac[FOM_MAC_LEN];
	__u8 last_from;	   /* slot number, FOM_NO_SLOT: what was active before the last switch */
	__u8 chosen;	   /* slot number that the operator asked for, FOM_NO_SLOT: none */
	__u32 visible;	   /* ifindex of the master as users see it */
	__u32 last_cause;  /* enum fom_cause of the last switch */
	__u64 switched_ns; /* CLOCK_BOOTTIME of the last switch */
	__u64 switches;	   /* how often the active slave changed */
	__u64 probe_nonce; /* what a probe must carry to be ours, 0: none is under way */
	__u64 netns;	   /* kernel address of the hidden namespace, noted by the first frame sent; else 0 */
	struct fom_slot slots[FOM_MAX_SLAVES];
};

/*
 * Places: userspace gives each device in the hidden namespace an ifindex that says what it is to us, so that programs
 * need not look that up. The kernel numbers what it makes there itself from 2 upwards and never gets here. A multiple
 * of 256, the size of the kernel's ifindex table: the devices of the first 16 masters share no bucket.
 */
#define FOM_PLACE_BASE 0x10000u
#define FOM_PLACE_STRIDE 16u /* ifindexes for each master: its slots, and the last one: */
#define FOM_PLACE_PORT 15u   /* the hidden end of its pair */
#define FOM_PLACE(master, slot) (FOM_PLACE_BASE + (master)*FOM_PLACE_STRIDE + (slot))
/* Which master's, in fom_masters: FOM_MAX_MASTERS and above if the ifindex is no place. */
#define FOM_PLACE_MASTER(ifindex) (((ifindex)-FOM_PLACE_BASE) / FOM_PLACE_STRIDE)
#define FOM_PLACE_SLOT(ifindex) (((ifindex)-FOM_PLACE_BASE) % FOM_PLACE_STRIDE)

/* Counters of one slave: per-CPU values of the map `fom_stats`, index master * FOM_MAX_SLAVES + slot. */
struct fom_stats {
	__u64 tx_packets;
	__u64 tx_bytes;
	__u64 rx_packets; /* delivered to the master */
	__u64 rx_bytes;
	__u64 rx_duplicate; /* brought by another slave too */
	__u64 rx_reflected; /* our own frames come back (reverse filter) */
	__u64 tx_rescued;   /* frames sent here because the active slave could not */
	__u64 tx_no_path;   /* frames dropped: no slave could send (counted on the active slot) */
};

/* fom_event.type */
enum fom_event_type {
	FOM_EVENT_UNSPEC,
	FOM_EVENT_SWITCH,  /* the kernel changed the active slave: from, to, cause */
	FOM_EVENT_CARRIER, /* carrier of a slave changed: from = slot, to = 1 on, 0 off */
	FOM_EVENT_UNBIND,  /* a slave's driver is about to let go: from = slot */
	FOM_EVENT_PROBE,   /* a probe sent by slot `from` came in by slot `to` */
	/* of the kernel module alone, but the last */
	FOM_EVENT_JOINED,     /* a slave has come: from = slot, to = enum fom_role */
	FOM_EVENT_LEFT,	      /* a slave has gone: from = slot, to = enum fom_role */
	FOM_EVENT_BOUND,      /* a slave's device has a driver: from = slot */
	FOM_EVENT_BUS_MASTER, /* a slave's device may access memory: from = slot, to = 1 yes, 0 no more */
	FOM_EVENT_MOVED,      /* another port sent with our address; heard by the active slave: from = slot */
};

/* A record in the ring buffer `fom_events`. */
struct fom_event {
	__u32 version; /* FOM_ABI_VERSION */
	__u32 type;    /* enum fom_event_type */
	__u64 time_ns; /* CLOCK_BOOTTIME */
	__u32 master;  /* index in fom_masters */
	__u32 from;    /* slot number */
	__u32 to;      /* slot number */
	__u32 cause;   /* enum fom_cause */
};

/* EtherType of probes: the first one IEEE 802 leaves for local experiments. Broadcast, never leaves the link. */
#define FOM_PROBE_ETHERTYPE 0x88b5
#define FOM_PROBE_MAGIC 0x46, 0x4f, 0x4d, 0x50 /* "FOMP" */

/* What follows the Ethernet header of a probe. */
struct fom_probe {
	__u8 magic[4];
	__u8 version; /* FOM_ABI_VERSION */
	__u8 slot;    /* it was sent by */
	__u8 pad[2];
	__u64 nonce; /* as in fom_master.probe_nonce; compared, never interpreted */
};

/*
 * The kernel module's rtnl kind, `ip link add NAME type fom`: IFLA_INFO_DATA of a master. What is written may also be
 * read; the rest is only reported. Masters of virtio_net's have no kind, as NICs have none: they are spoken to by
 * generic netlink (below), with the same attributes.
 */
#define FOM_LINK_KIND "fom"

/* When a better slave is taken again. */
enum fom_failback {
	FOM_FAILBACK_UNSPEC,
	FOM_FAILBACK_ALWAYS, /* when it has been usable for as long as `updelay` says */
	FOM_FAILBACK_NEVER,  /* when the active one fails */
};

#define FOM_DOUBT_MOST_MS 3600000u /* a doubt lasts an hour at most */

enum fom_link_attribute {
	IFLA_FOM_UNSPEC,
	IFLA_FOM_CHOSEN,	  /* u8, written: the slot that shall be active until it fails, FOM_NO_SLOT: the best */
	IFLA_FOM_ANNOUNCE_ROUNDS, /* u8, written: how often a switch is announced, 0: never */
	IFLA_FOM_FAILBACK,	  /* u8, written: enum fom_failback */
	IFLA_FOM_UPDELAY,	  /* u32, written: milliseconds that a better slave must have been usable */
	IFLA_FOM_HOLD,		  /* u32, written: most milliseconds that a driver waits at unbind, 0: it does not */
	IFLA_FOM_INDEX,		  /* u32: the master's number, as in FOM_PLACE */
	IFLA_FOM_ACTIVE,	  /* u8: slot, FOM_NO_SLOT: none */
	IFLA_FOM_CAUSE,		  /* u8: enum fom_cause of the last switch */
	IFLA_FOM_SWITCHED_NS,	  /* u64: CLOCK_BOOTTIME of the last switch */
	IFLA_FOM_SWITCHES,	  /* u64: how often the active slave changed */
	IFLA_FOM_PAD,
	IFLA_FOM_LAST_FROM, /* u8: slot that was active before the last switch, FOM_NO_SLOT: none */
	/*
	 * Written, the two together: a slave is doubted, because nobody answered by it although it has carrier. It is
	 * active only if the operator chose it, or no slave that is trusted can be; FOM_CAUSE_PROBE if it was until
	 * then. The doubt ends by itself, or when the slave leaves. It is told of the slave.
	 */
	IFLA_FOM_DOUBTED, /* u8: the slave's slot */
	IFLA_FOM_DOUBT,	  /* u32: for so many milliseconds from now on, FOM_DOUBT_MOST_MS at most, 0: it is trusted */
	IFLA_FOM_MAX_,
	IFLA_FOM_MAX = IFLA_FOM_MAX_ - 1,
};

/* IFLA_INFO_SLAVE_DATA of a slave. */
enum fom_slave_attribute {
	IFLA_FOM_SLAVE_UNSPEC,
	IFLA_FOM_SLAVE_ROLE,  /* u8, written: enum fom_role */
	IFLA_FOM_SLAVE_RANK,  /* u32, written: lower is preferred */
	IFLA_FOM_SLAVE_SLOT,  /* u8 */
	IFLA_FOM_SLAVE_FLAGS, /* u32: FOM_SLAVE_* */
	IFLA_FOM_SLAVE_STATS, /* struct fom_stats */
	IFLA_FOM_SLAVE_PAD,
	IFLA_FOM_SLAVE_DOUBT,	   /* u32: IFLA_FOM_DOUBT as it was last written, also when that is over */
	IFLA_FOM_SLAVE_DOUBTED_NS, /* u64: CLOCK_BOOTTIME of its end, 0: there was none since it was trusted */
	IFLA_FOM_SLAVE_MAX_,
	IFLA_FOM_SLAVE_MAX = IFLA_FOM_SLAVE_MAX_ - 1,
};

#define FOM_SLAVE_ACTIVE 0x1u	/* sends */
#define FOM_SLAVE_USABLE 0x2u	/* could */
#define FOM_SLAVE_LEAVING 0x4u	/* its driver is letting go */
#define FOM_SLAVE_HIDDEN 0x8u	/* the module hid it */
#define FOM_SLAVE_DOUBTED 0x10u /* trusted ones come first */

/* The kernel module's generic-netlink family. */
#define FOM_GENL_NAME "fom"
#define FOM_GENL_EVENTS "events" /* multicast group, in the namespace of the master */

enum fom_command {
	FOM_CMD_UNSPEC,
	FOM_CMD_NETNS_SET, /* hide slaves in the namespace of FOM_A_NETNS_FD; without it, in the sender's own */
	FOM_CMD_NETNS_GET, /* answers FOM_A_NETNS_FD: the hidden namespace, a new file descriptor of the sender's */
	FOM_CMD_EVENT,	   /* to `events`: FOM_A_MASTER, FOM_A_EVENT, FOM_A_SLAVE where it is about one */
	/*
	 * One message for each master of the sender's namespace, or for FOM_A_MASTER alone: FOM_A_MASTER, FOM_A_LINK,
	 * FOM_A_MASTER_INFO, and FOM_A_SLAVE_INFO for each slave, wherever it is. Anybody may ask.
	 */
	FOM_CMD_MASTER_GET,
	FOM_CMD_MASTER_SET, /* FOM_A_MASTER, FOM_A_LINK; all or nothing */
	FOM_CMD_MAX_,
	FOM_CMD_MAX = FOM_CMD_MAX_ - 1,
};

enum fom_attribute {
	FOM_A_UNSPEC,
	FOM_A_NETNS_FD,	   /* u32 */
	FOM_A_MASTER,	   /* u32: ifindex of the master */
	FOM_A_EVENT,	   /* struct fom_event; its `master` is IFLA_FOM_INDEX */
	FOM_A_SLAVE,	   /* string: name of the slave */
	FOM_A_LINK,	   /* nest of IFLA_FOM_*: what rtnl has as IFLA_INFO_DATA */
	FOM_A_MASTER_INFO, /* nest of FOM_D_* */
	FOM_A_SLAVE_INFO,  /* nest of FOM_D_*; as many as there are slaves */
	FOM_A_MAX_,
	FOM_A_MAX = FOM_A_MAX_ - 1,
};

/* A master's or slave's device. */
enum fom_device_info {
	FOM_D_UNSPEC,
	FOM_D_NAME,    /* string */
	FOM_D_IFINDEX, /* u32: in whatever namespace it is */
	FOM_D_MAC,     /* FOM_MAC_LEN bytes: it works with */
	FOM_D_MTU,     /* u32 */
	FOM_D_UP,      /* u8: 1 it is open, 0 closed */
	FOM_D_CARRIER, /* u8: 1, 0 */
	FOM_D_DRIVER,  /* string; not there for software devices */
	FOM_D_BUS,     /* string: what the device below is called on its bus; not there for software devices */
	FOM_D_SLAVE,   /* nest of IFLA_FOM_SLAVE_*: what rtnl has as IFLA_INFO_SLAVE_DATA; of slaves */
	FOM_D_MAX_,
	FOM_D_MAX = FOM_D_MAX_ - 1,
};

#if defined(__cplusplus)
#define FOM_PIN_SIZE(type, size) static_assert(sizeof(struct type) == (size), #type " is part of the ABI")
#else
#define FOM_PIN_SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type " is part of the ABI")
#endif
FOM_PIN_SIZE(fom_slot, 24);
FOM_PIN_SIZE(fom_master, 256);
FOM_PIN_SIZE(fom_stats, 64);
FOM_PIN_SIZE(fom_event, 32);
FOM_PIN_SIZE(fom_probe, 16);

#endif /* _UAPI_LINUX_FOM_ABI_H */
