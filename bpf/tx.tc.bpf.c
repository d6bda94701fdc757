// SPDX-License-Identifier: GPL-2.0-only
/* Transmission: runs where frames leave the master (hidden end of the pair) and sends each out of one slave. */
#include "steer.h"

#define VERDICT_DROP 2 /* TC_ACT_SHOT, TCX_DROP, NETKIT_DROP: one value */

SEC("tc")
int fom_tx(struct __sk_buff *skb)
{
	__u32 ifindex = skb->ifindex;
	struct fom_port *port = bpf_map_lookup_elem(&fom_ports, &ifindex);
	struct fom_master *master;
	struct fom_stats *stats;
	__u32 index, slot;

	if (!port)
		return VERDICT_DROP;
	index = port->master;
	master = master_at(index);
	if (!master)
		return VERDICT_DROP;

	slot = steer(skb, master, index);
	if (slot >= FOM_MAX_SLAVES) {
		stats = stats_of(index, master->active < FOM_MAX_SLAVES ? master->active : 0);
		if (stats)
			stats->tx_no_path++;
		return VERDICT_DROP;
	}
	stats = stats_of(index, slot);
	if (stats) {
		stats->tx_packets++;
		stats->tx_bytes += skb->len;
	}
	return bpf_redirect(master->slots[slot].ifindex, 0);
}

char LICENSE[] SEC("license") = "GPL";
