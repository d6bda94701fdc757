// SPDX-License-Identifier: GPL-2.0-only
// What was heard, as JSON: {"source": "uevent"|"rtnetlink"|"pci", "action", "name", "ifindex", "devpath", ...}.
#pragma once

#include "netlink/attribute_reader.hpp"
#include "netlink/uevent.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace failover::listener {

/// Nothing if the event is about neither a network device nor a PCI device. What is below a network device (its queues
/// are devices of their own) betrays it as well, so that counts; "subsystem" tells them apart.
[[nodiscard]] std::optional<nlohmann::json> record_of(const netlink::Uevent &event);

/// Every RTM_NEWLINK ("newlink") and RTM_DELLINK ("dellink") of a datagram, of whatever family: bridges and IPv6 name
/// devices too.
[[nodiscard]] Result<std::vector<nlohmann::json>> records_of_links(netlink::ByteSpan datagram);

} // namespace failover::listener
