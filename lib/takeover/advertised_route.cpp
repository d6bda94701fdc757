// SPDX-License-Identifier: GPL-2.0-only
#include "takeover/advertised_route.hpp"

#include "base/fd.hpp"

#include <linux/ipv6_route.h>
#include <linux/route.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/ranges.h>
#include <fstream>
#include <sstream>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace failover::takeover {

namespace {

using netlink::Bytes;
using netlink::Route;

constexpr std::size_t kIp6Size = sizeof(in6_addr);
/// Seconds in a message, clock ticks (USER_HZ) in in6_rtmsg.
constexpr unsigned long kUserHz = 100;

std::string hex(const Bytes &address) {
	return address.empty() ? std::string(2 * kIp6Size, '0') : fmt::format("{:02x}", fmt::join(address, ""));
}

void copy_address(in6_addr &out, const Bytes &address) {
	if (address.size() == kIp6Size)
		std::memcpy(&out, address.data(), kIp6Size);
}

bool could_be_advertised(const Route &route) {
	return route.family == AF_INET6 && !route.gateway.empty() && route.hops.empty();
}

} // namespace

std::uint32_t rtf_flags_of_line(const std::string &line, const Route &route, const std::string &interface) {
	// destination, prefix length, source, prefix length, gateway, metric, references, uses, flags, device; all hex
	// (rt6_info_route() was its writer; ipv6_route_native_seq_show() now)
	std::istringstream words(line);
	std::string dst, dst_len, src, src_len, gateway, metric, references, uses, flags, device;
	if (!(words >> dst >> dst_len >> src >> src_len >> gateway >> metric >> references >> uses >> flags >> device))
		return 0;
	const bool same = dst == hex(route.dst) && dst_len == fmt::format("{:02x}", route.dst_len) &&
			  gateway == hex(route.gateway) && metric == fmt::format("{:08x}", route.metric) &&
			  device == interface;
	return same ? static_cast<std::uint32_t>(std::strtoul(flags.c_str(), nullptr, 16)) : 0;
}

Result<std::vector<AdvertisedRoute>> take_advertised(std::vector<Route> &routes, const std::string &interface) {
	std::vector<AdvertisedRoute> taken;
	if (std::ranges::none_of(routes, could_be_advertised))
		return taken;
	// /proc/net would be the main thread's namespace.
	std::ifstream file("/proc/thread-self/net/ipv6_route");
	if (!file)
		return fail_errno(errno, "reading /proc/thread-self/net/ipv6_route");
	std::vector<std::string> lines;
	for (std::string line; std::getline(file, line);)
		lines.push_back(line);

	std::erase_if(routes, [&](const Route &route) {
		if (!could_be_advertised(route))
			return false;
		for (const auto &line : lines)
			if (const auto flags = rtf_flags_of_line(line, route, interface); flags & RTF_ADDRCONF) {
				taken.push_back({route, flags});
				return true;
			}
		return false;
	});
	return taken;
}

Status add_advertised(const AdvertisedRoute &advertised, int ifindex) {
	const Route &route = advertised.route;
	in6_rtmsg request{};
	copy_address(request.rtmsg_dst, route.dst);
	copy_address(request.rtmsg_gateway, route.gateway);
	request.rtmsg_dst_len = route.dst_len;
	request.rtmsg_metric = route.metric;
	request.rtmsg_type = 0; // RTN_UNSPEC: rtmsg_to_fib6_config() takes it for RTN_*, whatever its name says
	request.rtmsg_ifindex = ifindex;
	constexpr std::uint32_t kKept =
	    RTF_UP | RTF_GATEWAY | RTF_HOST | RTF_DEFAULT | RTF_ADDRCONF | RTF_ROUTEINFO | RTF_PREF_MASK;
	request.rtmsg_flags = advertised.rtf_flags & kKept;
	if (route.expires) {
		request.rtmsg_flags |= RTF_EXPIRES;
		request.rtmsg_info = kUserHz * *route.expires;
	}
	UniqueFd fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	if (!fd)
		return fail_errno(errno, "opening an IPv6 socket");
	if (::ioctl(fd.get(), SIOCADDRT, &request) < 0 && errno != EEXIST)
		return fail_errno(errno, fmt::format("adding advertised {}", netlink::to_string(route)));
	return {};
}

} // namespace failover::takeover
