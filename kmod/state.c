// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options and state of masters and slaves as netlink attributes, for rtnl and generic netlink alike. What they mean is
 * said in fom_abi.h.
 */
#include <net/netlink.h>

#include "fom.h"

const struct nla_policy fom_link_policy[IFLA_FOM_MAX + 1] = {
	[IFLA_FOM_CHOSEN] = { .type = NLA_U8 },
	[IFLA_FOM_ANNOUNCE_ROUNDS] = NLA_POLICY_MAX(NLA_U8, 30),
	[IFLA_FOM_FAILBACK] = NLA_POLICY_RANGE(NLA_U8, FOM_FAILBACK_ALWAYS, FOM_FAILBACK_NEVER),
	[IFLA_FOM_UPDELAY] = { .type = NLA_U32 },
	[IFLA_FOM_HOLD] = NLA_POLICY_MAX(NLA_U32, 1000),
	[IFLA_FOM_DOUBTED] = { .type = NLA_U8 },
	[IFLA_FOM_DOUBT] = { .type = NLA_U32 },
};

/**
 * fom_check_options() - can this be set?
 * @data: by fom_link_policy
 * @extack: told why not
 *
 * Return: 0: nothing of it is refused for any reason but that of fom_check_doubted().
 */
int fom_check_options(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	static const int told[] = { IFLA_FOM_INDEX,	  IFLA_FOM_ACTIVE,   IFLA_FOM_CAUSE,
				    IFLA_FOM_SWITCHED_NS, IFLA_FOM_SWITCHES, IFLA_FOM_LAST_FROM };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(told); i++) {
		if (data[told[i]]) {
			NL_SET_ERR_MSG_ATTR(extack, data[told[i]], "This is only reported, it cannot be set");
			return -EINVAL;
		}
	}
	if (data[IFLA_FOM_CHOSEN] && nla_get_u8(data[IFLA_FOM_CHOSEN]) != FOM_NO_SLOT &&
	    nla_get_u8(data[IFLA_FOM_CHOSEN]) >= FOM_MAX_SLAVES) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_FOM_CHOSEN], "A slot is 0 to 7, or 255 for the best");
		return -EINVAL;
	}
	if (!data[IFLA_FOM_DOUBTED] != !data[IFLA_FOM_DOUBT]) {
		NL_SET_ERR_MSG(extack, "A doubt needs both a slot and a duration");
		return -EINVAL;
	}
	if (data[IFLA_FOM_DOUBT] && nla_get_u32(data[IFLA_FOM_DOUBT]) > FOM_DOUBT_MOST_MS) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_FOM_DOUBT], "A doubt lasts an hour at most");
		return -EINVAL;
	}
	return 0;
}

/**
 * fom_check_doubted() - is the slave there that is to be doubted?
 * @master: any
 * @data: by fom_check_options()
 * @extack: told if not
 *
 * Context: RTNL.
 */
int fom_check_doubted(struct fom_device *master, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	const struct nlattr *doubted = data[IFLA_FOM_DOUBTED];

	if (!doubted || fom_slave_at(master, nla_get_u8(doubted)))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, doubted, "There is no slave in this slot");
	return -ENODEV;
}

/**
 * fom_take_options() - have a master use these
 * @master: any
 * @data: checked; what is not there stays as it is
 */
void fom_take_options(struct fom_device *master, struct nlattr *data[])
{
	struct fom_options *options = &master->options;

	if (data[IFLA_FOM_CHOSEN])
		WRITE_ONCE(options->chosen, nla_get_u8(data[IFLA_FOM_CHOSEN]));
	if (data[IFLA_FOM_ANNOUNCE_ROUNDS])
		WRITE_ONCE(options->announce_rounds, nla_get_u8(data[IFLA_FOM_ANNOUNCE_ROUNDS]));
	if (data[IFLA_FOM_FAILBACK])
		WRITE_ONCE(options->failback, nla_get_u8(data[IFLA_FOM_FAILBACK]));
	if (data[IFLA_FOM_UPDELAY])
		WRITE_ONCE(options->updelay_ms, nla_get_u32(data[IFLA_FOM_UPDELAY]));
	if (data[IFLA_FOM_HOLD])
		WRITE_ONCE(options->hold_ms, nla_get_u32(data[IFLA_FOM_HOLD]));
}

/**
 * fom_change_options() - the same for a master that lives: it acts on them
 * @master: any
 * @data: by fom_check_options()
 * @extack: told why not
 *
 * Context: RTNL.
 */
int fom_change_options(struct fom_device *master, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	int err = fom_check_doubted(master, data, extack);

	if (err)
		return err;
	fom_take_options(master, data);
	if (data[IFLA_FOM_DOUBTED])
		fom_doubt(fom_slave_at(master, nla_get_u8(data[IFLA_FOM_DOUBTED])), nla_get_u32(data[IFLA_FOM_DOUBT]));
	fom_reselect(master, data[IFLA_FOM_CHOSEN] ? FOM_CAUSE_OPERATOR : FOM_CAUSE_FAILBACK);
	return 0;
}

/**
 * fom_put_master() - tell of a master
 * @skb: with room for FOM_MASTER_SIZE
 * @master: any
 */
int fom_put_master(struct sk_buff *skb, struct fom_device *master)
{
	const struct fom_options *options = &master->options;
	u64 switched_ns, switches;
	unsigned long flags;
	u8 active, cause, last_from;

	raw_spin_lock_irqsave(&master->lock, flags);
	active = fom_active_slot(master);
	cause = master->cause;
	last_from = master->last_from;
	switched_ns = master->switched_ns;
	switches = master->switches;
	raw_spin_unlock_irqrestore(&master->lock, flags);

	if (nla_put_u8(skb, IFLA_FOM_CHOSEN, options->chosen) ||
	    nla_put_u8(skb, IFLA_FOM_ANNOUNCE_ROUNDS, options->announce_rounds) ||
	    nla_put_u8(skb, IFLA_FOM_FAILBACK, options->failback) ||
	    nla_put_u32(skb, IFLA_FOM_UPDELAY, options->updelay_ms) ||
	    nla_put_u32(skb, IFLA_FOM_HOLD, options->hold_ms) || nla_put_u32(skb, IFLA_FOM_INDEX, master->index) ||
	    nla_put_u8(skb, IFLA_FOM_ACTIVE, active) || nla_put_u8(skb, IFLA_FOM_CAUSE, cause) ||
	    nla_put_u8(skb, IFLA_FOM_LAST_FROM, last_from) ||
	    nla_put_u64_64bit(skb, IFLA_FOM_SWITCHED_NS, switched_ns, IFLA_FOM_PAD) ||
	    nla_put_u64_64bit(skb, IFLA_FOM_SWITCHES, switches, IFLA_FOM_PAD))
		return -EMSGSIZE;
	return 0;
}

static u32 fom_slave_flags(const struct fom_slave *slave, bool doubted)
{
	return (rcu_access_pointer(slave->master->active) == slave ? FOM_SLAVE_ACTIVE : 0) |
	       (fom_slave_usable(slave) ? FOM_SLAVE_USABLE : 0) | (slave->leaving ? FOM_SLAVE_LEAVING : 0) |
	       (slave->hidden ? FOM_SLAVE_HIDDEN : 0) | (doubted ? FOM_SLAVE_DOUBTED : 0);
}

/**
 * fom_put_slave() - tell of a slave
 * @skb: with room for FOM_SLAVE_SIZE
 * @slave: any
 *
 * Context: RTNL or RCU.
 */
int fom_put_slave(struct sk_buff *skb, struct fom_slave *slave)
{
	struct rtnl_link_stats64 share;
	struct fom_refused refused;
	struct fom_stats stats;
	u64 doubted_until;
	u32 doubt_ms;
	bool doubted;

	doubted = fom_doubt_told(slave, &doubt_ms, &doubted_until);
	fom_slave_stats(slave, &share, &refused);
	stats = (struct fom_stats){
		.tx_packets = share.tx_packets,
		.tx_bytes = share.tx_bytes,
		.rx_packets = share.rx_packets,
		.rx_bytes = share.rx_bytes,
		.rx_duplicate = refused.duplicate,
		.rx_reflected = refused.reflected,
	};
	if (nla_put_u8(skb, IFLA_FOM_SLAVE_ROLE, slave->role) || nla_put_u32(skb, IFLA_FOM_SLAVE_RANK, slave->rank) ||
	    nla_put_u8(skb, IFLA_FOM_SLAVE_SLOT, slave->slot) ||
	    nla_put_u32(skb, IFLA_FOM_SLAVE_FLAGS, fom_slave_flags(slave, doubted)) ||
	    nla_put_u32(skb, IFLA_FOM_SLAVE_DOUBT, doubt_ms) ||
	    nla_put_u64_64bit(skb, IFLA_FOM_SLAVE_DOUBTED_NS, doubted_until, IFLA_FOM_SLAVE_PAD) ||
	    nla_put_64bit(skb, IFLA_FOM_SLAVE_STATS, sizeof(stats), &stats, IFLA_FOM_SLAVE_PAD))
		return -EMSGSIZE;
	return 0;
}
