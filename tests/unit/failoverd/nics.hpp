// SPDX-License-Identifier: GPL-2.0-only
// NICs and links as a kernel would describe them.
#pragma once

#include "master/nic.hpp"

#include <net/if_arp.h>

namespace failover::test {

inline const MacAddress kMac = *MacAddress::parse("52:54:00:12:34:56");
inline const MacAddress kOtherMac = *MacAddress::parse("52:54:00:aa:bb:cc");

inline netlink::Link make_link(int ifindex, const std::string &name, const MacAddress &mac = kMac,
			       const std::string &kind = "") {
	netlink::Link link;
	link.ifindex = ifindex;
	link.name = name;
	link.mac = mac;
	link.kind = kind;
	link.arphrd = ARPHRD_ETHER;
	return link;
}

inline Nic make_nic(int ifindex, const std::string &name, const std::string &driver, const MacAddress &mac = kMac) {
	Nic nic;
	nic.link = make_link(ifindex, name, mac);
	nic.driver = driver;
	nic.bus_path = {fmt::format("0000:{:02x}:00.0", ifindex)};
	if (driver == "virtio_net")
		nic.bus_path.insert(nic.bus_path.begin(), fmt::format("virtio{}", ifindex));
	return nic;
}

} // namespace failover::test
