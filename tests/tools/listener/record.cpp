// SPDX-License-Identifier: GPL-2.0-only
#include "record.hpp"

#include <charconv>
#include <cstring>
#include <linux/rtnetlink.h>

namespace failover::listener {

using nlohmann::json;

namespace {

/// IFINDEX of a uevent; 0 where there is none.
int ifindex_of(const netlink::Uevent &event) {
	const std::string text = event.property("IFINDEX");
	int number = 0;
	std::from_chars(text.data(), text.data() + text.size(), number);
	return number;
}

/// The device's name: of devices below one it stands in the path only, ".../net/NAME/...".
std::string name_of(const netlink::Uevent &event, std::size_t below_net) {
	if (auto name = event.property("INTERFACE"); !name.empty())
		return name;
	return event.devpath.substr(below_net, event.devpath.find('/', below_net) - below_net);
}

Result<json> record_of_link(const nlmsghdr *message) {
	if (auto ok = netlink::check_message(message, {RTM_NEWLINK, RTM_DELLINK}, sizeof(ifinfomsg), "link"); !ok)
		return tl::unexpected(ok.error());
	ifinfomsg head;
	std::memcpy(&head, NLMSG_DATA(message), sizeof(head));
	netlink::AttributeReader attributes(message, sizeof(head), "link message");
	std::string name;
	attributes.read(IFLA_IFNAME, name);
	if (auto ok = attributes.status(); !ok)
		return tl::unexpected(ok.error());
	return json{{"source", "rtnetlink"},
		    {"action", message->nlmsg_type == RTM_DELLINK ? "dellink" : "newlink"},
		    {"name", name},
		    {"ifindex", head.ifi_index},
		    {"family", head.ifi_family},
		    {"devpath", ""}};
}

} // namespace

std::optional<json> record_of(const netlink::Uevent &event) {
	constexpr std::string_view kNet = "/net/";
	const auto net = event.devpath.find(kNet);
	if (net == std::string::npos && event.subsystem != "pci")
		return std::nullopt;
	const bool about_net = net != std::string::npos;
	return json{{"source", about_net ? "uevent" : "pci"},
		    {"action", event.action},
		    {"name", about_net ? name_of(event, net + kNet.size()) : event.property("PCI_SLOT_NAME")},
		    {"ifindex", ifindex_of(event)},
		    {"subsystem", event.subsystem},
		    {"devpath", event.devpath}};
}

Result<std::vector<json>> records_of_links(netlink::ByteSpan datagram) {
	std::vector<json> records;
	while (!datagram.empty()) {
		nlmsghdr head;
		if (datagram.size() < sizeof(head))
			return fail(fmt::format("{} bytes after the last link message", datagram.size()));
		std::memcpy(&head, datagram.data(), sizeof(head));
		if (head.nlmsg_len < sizeof(head) || head.nlmsg_len > datagram.size())
			return fail(fmt::format("a link message says it has {} bytes, {} are there", head.nlmsg_len,
						datagram.size()));
		auto record = record_of_link(reinterpret_cast<const nlmsghdr *>(datagram.data()));
		if (!record)
			return tl::unexpected(record.error());
		records.push_back(std::move(*record));
		datagram = datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), datagram.size()));
	}
	return records;
}

} // namespace failover::listener
