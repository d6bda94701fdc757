// SPDX-License-Identifier: GPL-2.0-only
#include "record.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

using namespace failover;
using failover::listener::record_of;
using failover::listener::records_of_links;
using nlohmann::json;

namespace {

/// A link message with a name, as the kernel lays it out.
netlink::Bytes link_message(std::uint16_t type, std::uint8_t family, int ifindex, std::string_view name) {
	const auto attribute = static_cast<std::uint16_t>(NLA_HDRLEN + name.size() + 1);
	netlink::Bytes bytes(NLMSG_LENGTH(sizeof(ifinfomsg)) + NLA_ALIGN(attribute));
	nlmsghdr head{};
	head.nlmsg_len = static_cast<std::uint32_t>(bytes.size());
	head.nlmsg_type = type;
	ifinfomsg info{};
	info.ifi_family = family;
	info.ifi_index = ifindex;
	const nlattr name_head{attribute, IFLA_IFNAME};
	std::memcpy(bytes.data(), &head, sizeof(head));
	std::memcpy(bytes.data() + NLMSG_HDRLEN, &info, sizeof(info));
	std::memcpy(bytes.data() + NLMSG_LENGTH(sizeof(info)), &name_head, sizeof(name_head));
	std::memcpy(bytes.data() + NLMSG_LENGTH(sizeof(info)) + NLA_HDRLEN, name.data(), name.size());
	return bytes;
}

netlink::Bytes operator+(netlink::Bytes left, const netlink::Bytes &right) {
	left.insert(left.end(), right.begin(), right.end());
	return left;
}

} // namespace

TEST_CASE("A network device's uevent is recorded with its name, index and path") {
	const auto record = record_of({"add",
				       "/devices/pci0000:00/0000:00:02.0/virtio1/net/eth0",
				       "net",
				       {{"INTERFACE", "eth0"}, {"IFINDEX", "3"}}});
	REQUIRE(record);
	CHECK(*record == json{{"source", "uevent"},
			      {"action", "add"},
			      {"name", "eth0"},
			      {"ifindex", 3},
			      {"subsystem", "net"},
			      {"devpath", "/devices/pci0000:00/0000:00:02.0/virtio1/net/eth0"}});
}

TEST_CASE("A queue betrays the device it belongs to") {
	const auto record = record_of({"add", "/devices/virtual/net/eth7/queues/rx-0", "queues", {}});
	REQUIRE(record);
	CHECK(record->at("source") == "uevent");
	CHECK(record->at("name") == "eth7");
	CHECK(record->at("ifindex") == 0);
}

TEST_CASE("A PCI device's uevent is recorded as what it is") {
	const auto record =
	    record_of({"bind", "/devices/pci0000:00/0000:02:00.0", "pci", {{"PCI_SLOT_NAME", "0000:02:00.0"}}});
	REQUIRE(record);
	CHECK(record->at("source") == "pci");
	CHECK(record->at("name") == "0000:02:00.0");
}

TEST_CASE("What is neither a network device nor on the PCI bus is not recorded") {
	CHECK_FALSE(record_of({"add", "/module/net_failover", "module", {}}));
	CHECK_FALSE(record_of({"add", "/devices/pci0000:00/0000:00:02.0/virtio1", "virtio", {}}));
}

TEST_CASE("Every link message of a datagram is recorded, whatever its family") {
	const auto records = records_of_links(link_message(RTM_NEWLINK, AF_UNSPEC, 2, "eth0") +
					      link_message(RTM_DELLINK, AF_BRIDGE, 3, "hidden"));
	REQUIRE(records);
	REQUIRE(records->size() == 2);
	CHECK(records->at(0).at("action") == "newlink");
	CHECK(records->at(0).at("name") == "eth0");
	CHECK(records->at(1).at("action") == "dellink");
	CHECK(records->at(1).at("name") == "hidden");
	CHECK(records->at(1).at("ifindex") == 3);
	CHECK(records->at(1).at("family") == AF_BRIDGE);
}

TEST_CASE("A datagram cut anywhere is refused, never read beyond") {
	const auto whole = link_message(RTM_NEWLINK, AF_UNSPEC, 2, "eth0");
	for (std::size_t size = 1; size < whole.size(); ++size)
		CHECK_FALSE(records_of_links(netlink::ByteSpan(whole).first(size)));
}
