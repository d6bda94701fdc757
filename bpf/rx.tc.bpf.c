// SPDX-License-Identifier: GPL-2.0-only
/* Reception: runs at the ingress of every slave and hands what is for us straight to the master. */
#include "admit.h"
#include "probe.h"

#define VERDICT_DROP 2    /* TC_ACT_SHOT */
#define VERDICT_NEXT (-1) /* TC_ACT_UNSPEC */

SEC("tc")
int fom_rx(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u32 ifindex = skb->ifindex;
	struct fom_port *port = bpf_map_lookup_elem(&fom_ports, &ifindex);
	struct fom_master *master;
	struct fom_stats *stats;
	enum verdict verdict;

	if (!port)
		return VERDICT_NEXT;
	master = master_at(port->master);
	if (!master || data + sizeof(struct ethhdr) > end)
		return VERDICT_DROP;

	verdict = admit(data, master, port->slot);
	stats = stats_of(port->master, port->slot);
	if (stats)
		admit_count(stats, verdict, skb->len);
	if (verdict == VERDICT_PROBE)
		probe_receive(skb, master, port);
	if (verdict != VERDICT_ACCEPT)
		return VERDICT_DROP;
	return bpf_redirect_peer(port->peer, 0);
}

char LICENSE[] SEC("license") = "GPL";
