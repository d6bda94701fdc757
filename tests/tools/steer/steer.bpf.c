// SPDX-License-Identifier: GPL-2.0-only
// For a master's egress: by which slave a datagram leaves is said by its UDP port, PORT_OF_SLOT_0 and the slot's
// number.
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/fom_abi.h>

#define ETH_P_IP 0x0800
#define TC_ACT_UNSPEC (-1)
#define PORT_OF_SLOT_0 9100

char LICENSE[] SEC("license") = "GPL";

struct frame {
	struct ethhdr eth;
	struct iphdr ip;
	struct udphdr udp;
} __attribute__((packed));

SEC("tc") int steer_by_port(struct __sk_buff *skb) {
	struct frame frame;
	__u16 port;

	if (bpf_skb_load_bytes(skb, 0, &frame, sizeof(frame)))
		return TC_ACT_UNSPEC;
	if (frame.eth.h_proto != bpf_htons(ETH_P_IP) || frame.ip.ihl != 5 || frame.ip.protocol != IPPROTO_UDP)
		return TC_ACT_UNSPEC;
	port = bpf_ntohs(frame.udp.dest);
	if (port >= PORT_OF_SLOT_0 && port < PORT_OF_SLOT_0 + FOM_MAX_SLAVES)
		skb->tc_index = FOM_STEER(port - PORT_OF_SLOT_0);
	return TC_ACT_UNSPEC;
}
