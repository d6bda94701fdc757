// SPDX-License-Identifier: GPL-2.0-only
#include "manager/subjects.hpp"

#include "network/stack.hpp"
#include "process/log.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <linux/if_addr.h>
#include <map>
#include <sstream>
#include <sys/socket.h>

namespace failover {

namespace {

/// /proc/net/igmp names a device, then lists its groups as hex of the address in host byte order.
std::map<std::string, std::vector<announce::Ipv4Address>> ipv4_groups() {
	std::map<std::string, std::vector<announce::Ipv4Address>> groups;
	std::ifstream file("/proc/net/igmp");
	std::string line, device;
	std::getline(file, line); // headings
	while (std::getline(file, line)) {
		std::istringstream words(line);
		std::string word;
		if (line.empty() || line.front() != '\t') {
			words >> word >> device;
			continue;
		}
		words >> word;
		const auto value = static_cast<std::uint32_t>(std::strtoul(word.c_str(), nullptr, 16));
		announce::Ipv4Address group;
		std::memcpy(group.bytes.data(), &value, sizeof(value));
		groups[device].push_back(group);
	}
	return groups;
}

/// /proc/net/igmp6: index, device, 32 hex digits, ...
std::map<std::string, std::vector<announce::Ipv6Address>> ipv6_groups() {
	std::map<std::string, std::vector<announce::Ipv6Address>> groups;
	std::ifstream file("/proc/net/igmp6");
	std::string line;
	while (std::getline(file, line)) {
		std::istringstream words(line);
		std::string index, device, digits;
		words >> index >> device >> digits;
		announce::Ipv6Address group;
		if (digits.size() != 2 * group.bytes.size())
			continue;
		for (std::size_t i = 0; i < group.bytes.size(); ++i)
			group.bytes[i] = static_cast<std::uint8_t>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
		groups[device].push_back(group);
	}
	return groups;
}

/// A wrong router flag in an advertisement would take us out of neighbours' default routes (RFC 4861 §7.2.5).
bool forwards_ipv6(const std::string &device) {
	std::ifstream file(fmt::format("/proc/sys/net/ipv6/conf/{}/forwarding", device));
	int on = 0;
	return file >> on && on != 0;
}

void add_address(announce::Subject &subject, const netlink::Address &address) {
	if (address.flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
		return;
	if (address.family == AF_INET && address.local.size() == announce::Ipv4Address::kSize) {
		announce::Ipv4Address ip;
		std::ranges::copy(address.local, ip.bytes.begin());
		subject.ipv4.push_back(ip);
	} else if (address.family == AF_INET6 && address.local.size() == announce::Ipv6Address::kSize) {
		announce::Ipv6Address ip;
		std::ranges::copy(address.local, ip.bytes.begin());
		subject.ipv6.push_back(ip);
	}
}

} // namespace

std::vector<announce::Subject> subjects_of(const Master &master, netlink::RouteSocket &visible) {
	std::vector<announce::Subject> subjects;
	auto links = visible.links();
	auto addresses = visible.addresses();
	if (!links || !addresses) {
		log::warning("{}: announcing the MAC only: {}", master.name,
			     links ? addresses.error().message : links.error().message);
		subjects.push_back({.mac = master.mac});
		return subjects;
	}
	const auto levels = stack_on(master.visible, *links);
	if (levels.empty()) // the master is in another namespace now: the first RARP is all we can do for it
		return subjects;
	const auto groups4 = ipv4_groups();
	const auto groups6 = ipv6_groups();
	for (const auto &level : levels) {
		announce::Subject subject;
		subject.mac = level.link->mac;
		subject.tags = level.tags;
		subject.router = forwards_ipv6(level.link->name);
		for (const auto &address : *addresses)
			if (address.ifindex == level.link->ifindex)
				add_address(subject, address);
		if (const auto found = groups4.find(level.link->name); found != groups4.end())
			subject.ipv4_groups = found->second;
		if (const auto found = groups6.find(level.link->name); found != groups6.end())
			subject.ipv6_groups = found->second;
		subjects.push_back(std::move(subject));
	}
	return subjects;
}

} // namespace failover
