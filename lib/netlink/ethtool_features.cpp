// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/ethtool_features.hpp"

#include "netlink/generic_family.hpp"

#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/sockios.h>

#include <cerrno>
#include <cstring>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace failover::netlink {

namespace {

template <typename Source> std::string text_of(const Source &field) {
	return std::string(field, ::strnlen(field, sizeof(field)));
}

Request feature_request(std::uint16_t family, std::uint8_t command, int ifindex) {
	Request request = generic_request(family, command, ETHTOOL_GENL_VERSION);
	request.nest(ETHTOOL_A_FEATURES_HEADER, [ifindex](Request &header) {
		header.put_u32(ETHTOOL_A_HEADER_DEV_INDEX, static_cast<std::uint32_t>(ifindex));
	});
	return request;
}

/// Names in a verbose bitset; in one with a mask only the bits whose value is set count.
Status read_bitset(const AttributeReader &message, int type, std::set<std::string> &names) {
	const AttributeReader bitset = message.nested(type);
	const bool is_list = bitset.has(ETHTOOL_A_BITSET_NOMASK);
	const AttributeReader bits = bitset.nested(ETHTOOL_A_BITSET_BITS);
	for (const auto &[bit_type, payload] : bits.all()) {
		AttributeReader bit(payload, "feature bit");
		std::string name;
		bit.read(ETHTOOL_A_BITSET_BIT_NAME, name);
		if (auto ok = bit.status(); !ok)
			return ok;
		if (!name.empty() && (is_list || bit.has(ETHTOOL_A_BITSET_BIT_VALUE)))
			names.insert(std::move(name));
	}
	return bitset.status() ? bits.status() : bitset.status();
}

Status read_features(const nlmsghdr *message, Features &features) {
	const AttributeReader attributes(message, sizeof(genlmsghdr), "features message");
	for (const Status &ok : {attributes.status(), read_bitset(attributes, ETHTOOL_A_FEATURES_HW, features.hardware),
				 read_bitset(attributes, ETHTOOL_A_FEATURES_WANTED, features.wanted),
				 read_bitset(attributes, ETHTOOL_A_FEATURES_ACTIVE, features.active),
				 read_bitset(attributes, ETHTOOL_A_FEATURES_NOCHANGE, features.fixed)})
		if (!ok)
			return ok;
	return {};
}

Request set_request(std::uint16_t family, int ifindex, const std::map<std::string, bool> &wanted) {
	Request request = feature_request(family, ETHTOOL_MSG_FEATURES_SET, ifindex);
	request.nest(ETHTOOL_A_FEATURES_WANTED, [&](Request &bitset) {
		bitset.nest(ETHTOOL_A_BITSET_BITS, [&](Request &bits) {
			for (const auto &feature : wanted)
				bits.nest(ETHTOOL_A_BITSET_BITS_BIT, [&](Request &bit) {
					bit.put(ETHTOOL_A_BITSET_BIT_NAME, feature.first);
					if (feature.second)
						bit.put_flag(ETHTOOL_A_BITSET_BIT_VALUE);
				});
		});
	});
	return request;
}

} // namespace

Result<EthtoolSocket> EthtoolSocket::open() {
	auto channel = Channel::open(NETLINK_GENERIC);
	if (!channel)
		return tl::unexpected(std::move(channel.error()));
	auto family = find_family(*channel, ETHTOOL_GENL_NAME);
	if (!family)
		return tl::unexpected(std::move(family.error()));
	if (!*family)
		return fail_errno(ENOENT, "the kernel has no ethtool interface by netlink");
	UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	if (!fd)
		return fail_errno(errno, "opening a socket for ethtool");
	return EthtoolSocket(std::move(*channel), std::move(fd), (*family)->id);
}

Result<Features> EthtoolSocket::features(int ifindex) {
	Features features;
	Request request = feature_request(family_, ETHTOOL_MSG_FEATURES_GET, ifindex);
	auto ok = channel_.transact(request, fmt::format("reading the features of link {}", ifindex),
				    [&features](const nlmsghdr *message) { return read_features(message, features); });
	if (!ok)
		return tl::unexpected(std::move(ok.error()));
	return features;
}

Result<std::vector<FeatureRefusal>> EthtoolSocket::set_features(int ifindex,
								const std::map<std::string, bool> &wanted) {
	Request together = set_request(family_, ifindex, wanted);
	const bool asked = channel_.transact(together, "changing features").has_value();
	// The kernel acknowledges a request that it fulfils in part: what counts is what is on afterwards.
	auto now = features(ifindex);
	std::map<std::string, std::string> reasons;
	for (const auto &[name, on] : wanted) {
		if (!now || (asked && (wanted.size() == 1 || now->active.contains(name) == on)))
			continue;
		const auto what = fmt::format("turning {} {} on link {}", name, on ? "on" : "off", ifindex);
		Request request = set_request(family_, ifindex, {{name, on}});
		if (auto ok = channel_.transact(request, what); !ok)
			reasons[name] = ok.error().message;
		now = features(ifindex);
	}
	if (!now)
		return tl::unexpected(std::move(now.error()));
	std::vector<FeatureRefusal> refused;
	for (const auto &[name, on] : wanted) {
		if (const auto reason = reasons.find(name); reason != reasons.end())
			refused.push_back({name, reason->second});
		else if (now->active.contains(name) != on)
			refused.push_back({name, fmt::format("{} stays {} on link {}{}", name, on ? "off" : "on",
							     ifindex, now->fixed.contains(name) ? " (fixed)" : "")});
	}
	return refused;
}

Status EthtoolSocket::ioctl(int ifindex, void *data, const std::string &what) {
	ifreq request{};
	request.ifr_ifindex = ifindex;
	if (::ioctl(ioctl_fd_.get(), SIOCGIFNAME, &request) < 0)
		return fail_errno(errno, fmt::format("{} of link {}", what, ifindex));
	request.ifr_data = static_cast<char *>(data);
	if (::ioctl(ioctl_fd_.get(), SIOCETHTOOL, &request) < 0)
		return fail_errno(errno, fmt::format("{} of link {}", what, ifindex));
	return {};
}

Result<DriverInfo> EthtoolSocket::driver(int ifindex) {
	ethtool_drvinfo info{};
	info.cmd = ETHTOOL_GDRVINFO;
	if (auto ok = ioctl(ifindex, &info, "reading the driver"); !ok)
		return tl::unexpected(std::move(ok.error()));
	return DriverInfo{text_of(info.driver), text_of(info.bus_info), text_of(info.version),
			  text_of(info.fw_version)};
}

Result<MacAddress> EthtoolSocket::permanent_mac(int ifindex) {
	constexpr std::size_t kMaxAddress = 32; // MAX_ADDR_LEN
	alignas(ethtool_perm_addr) std::uint8_t buffer[sizeof(ethtool_perm_addr) + kMaxAddress]{};
	ethtool_perm_addr head{};
	head.cmd = ETHTOOL_GPERMADDR;
	head.size = kMaxAddress;
	std::memcpy(buffer, &head, sizeof(head));
	if (auto ok = ioctl(ifindex, buffer, "reading the permanent address"); !ok)
		return tl::unexpected(std::move(ok.error()));
	std::memcpy(&head, buffer, sizeof(head));
	const auto size = std::min<std::size_t>(head.size, kMaxAddress);
	const auto mac = MacAddress::from_bytes({buffer + sizeof(head), size});
	if (!mac || mac->is_zero())
		return fail_errno(ENODATA, fmt::format("link {} has no permanent Ethernet address", ifindex));
	return *mac;
}

} // namespace failover::netlink
