// SPDX-License-Identifier: GPL-2.0-only
// XDP programs for stories: what becomes of a frame is said by its UDP port, and each frame is counted.
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "verdicts.h"

#define ETH_P_IP 0x0800
#define ETH_ALEN 6
#define LONGEST 1518

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTS);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SETTINGS);
	__type(key, __u32);
	__type(value, __u32);
} settings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, TARGETS);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} targets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

struct frame {
	struct ethhdr eth;
	struct iphdr ip;
	struct udphdr udp;
} __attribute__((packed));

static __always_inline void count(__u32 what) {
	__u64 *counter = bpf_map_lookup_elem(&counts, &what);

	if (counter)
		++*counter;
}

static __always_inline __u32 setting(__u32 which) {
	__u32 *value = bpf_map_lookup_elem(&settings, &which);

	return value ? *value : 0;
}

// A datagram to one of our ports, or NULL. Without options: nobody here sends any.
static __always_inline struct frame *ours(struct xdp_md *xdp) {
	struct frame *frame = (void *)(long)xdp->data;
	__u16 port;

	if ((void *)(frame + 1) > (void *)(long)xdp->data_end)
		return NULL;
	if (frame->eth.h_proto != bpf_htons(ETH_P_IP) || frame->ip.ihl != 5 || frame->ip.protocol != IPPROTO_UDP)
		return NULL;
	port = bpf_ntohs(frame->udp.dest);
	return port >= PORT_PASS && port < PORT_PASS + PORTS ? frame : NULL;
}

// The sums stay what they are.
static __always_inline void send_back(struct frame *frame) {
	__u8 mac[ETH_ALEN];
	__be32 address = frame->ip.saddr;

	__builtin_memcpy(mac, frame->eth.h_source, ETH_ALEN);
	__builtin_memcpy(frame->eth.h_source, frame->eth.h_dest, ETH_ALEN);
	__builtin_memcpy(frame->eth.h_dest, mac, ETH_ALEN);
	frame->ip.saddr = frame->ip.daddr;
	frame->ip.daddr = address;
}

static __always_inline void look_for_socket(struct xdp_md *xdp, const struct frame *frame) {
	struct bpf_sock_tuple tuple = {.ipv4 = {.saddr = frame->ip.saddr,
						.daddr = frame->ip.daddr,
						.sport = frame->udp.source,
						.dport = frame->udp.dest}};
	struct bpf_sock *sock = bpf_sk_lookup_udp(xdp, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);

	if (!sock)
		return;
	count(COUNT_SOCKET_FOUND);
	bpf_sk_release(sock);
}

static __always_inline int verdict(struct xdp_md *xdp, _Bool by_map) {
	struct frame *frame = ours(xdp);

	if (xdp->ingress_ifindex != setting(SETTING_MASTER))
		count(COUNT_STRANGER);
	if (xdp->data_end - xdp->data > LONGEST)
		count(COUNT_LONG);
	if (!frame)
		return XDP_PASS;
	count(bpf_ntohs(frame->udp.dest) - PORT_PASS);
	switch (bpf_ntohs(frame->udp.dest)) {
	case PORT_DROP:
		return XDP_DROP;
	case PORT_SEND_BACK:
		send_back(frame);
		return XDP_TX;
	case PORT_REDIRECT_BY_MAP:
		return by_map ? bpf_redirect_map(&targets, TARGET_AWAY, XDP_ABORTED) : XDP_ABORTED;
	case PORT_REDIRECT_BY_NUMBER:
		return bpf_redirect(setting(SETTING_AWAY), 0);
	case PORT_SOCKET:
		return bpf_redirect_map(&sockets, xdp->rx_queue_index, XDP_ABORTED);
	case PORT_PASS:
		look_for_socket(xdp, frame);
	}
	return XDP_PASS;
}

SEC("xdp") int by_port(struct xdp_md *xdp) {
	return verdict(xdp, true);
}

// A map of devices is for programs of one of the two kinds.
SEC("xdp.frags") int by_port_in_frags(struct xdp_md *xdp) {
	return verdict(xdp, false);
}

// On another device.
SEC("xdp") int to_master(struct xdp_md *xdp) {
	return ours(xdp) ? bpf_redirect_map(&targets, TARGET_MASTER, XDP_ABORTED) : XDP_PASS;
}

// Of a map's entry.
SEC("xdp/devmap") int leaving(struct xdp_md *xdp) {
	if (xdp->egress_ifindex == setting(SETTING_MASTER))
		count(COUNT_LEAVING);
	return XDP_PASS;
}
