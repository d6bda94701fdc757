// SPDX-License-Identifier: GPL-2.0-only
// What the kernel module tells of its masters (FOM_CMD_MASTER_GET), and what they can be told.
#pragma once

#include "base/mac_address.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <linux/fom_abi.h>
#include <optional>
#include <string>
#include <vector>

struct nlmsghdr;

namespace failover::netlink {
class Request;
}

namespace failover::kmod {

/// A network device, in whatever namespace.
struct Device {
	int ifindex = 0;
	std::string name;
	MacAddress mac; ///< it works with
	unsigned mtu = 0;
	bool up = false, carrier = false;
	std::string driver, bus; ///< empty for software devices

	friend bool operator==(const Device &, const Device &) = default;
};

struct Slave {
	Device device;
	fom_role role = FOM_ROLE_UNSPEC;
	std::uint32_t rank = 0; ///< lower is preferred
	std::uint8_t slot = FOM_NO_SLOT;
	std::uint32_t flags = 0;      ///< FOM_SLAVE_*
	std::uint32_t doubt_ms = 0;   ///< how long it was to be doubted last, 0: it is trusted
	std::uint64_t doubted_ns = 0; ///< CLOCK_BOOTTIME of the end of that
	fom_stats stats{};

	[[nodiscard]] bool usable() const { return flags & FOM_SLAVE_USABLE; }
	[[nodiscard]] bool doubted() const { return flags & FOM_SLAVE_DOUBTED; }
};

struct Master {
	Device device;
	std::uint8_t chosen = FOM_NO_SLOT; ///< by the operator
	unsigned announce_rounds = 0;
	fom_failback failback = FOM_FAILBACK_UNSPEC;
	unsigned updelay_ms = 0;
	unsigned hold_ms = 0;
	unsigned index = FOM_MAX_MASTERS; ///< as in FOM_PLACE
	std::uint8_t active = FOM_NO_SLOT;
	std::uint8_t last_from = FOM_NO_SLOT; ///< active before the last switch
	fom_cause cause = FOM_CAUSE_UNSPEC;   ///< of the last switch
	std::uint64_t switched_ns = 0;        ///< CLOCK_BOOTTIME of the last switch, 0: there was none
	std::uint64_t switches = 0;
	std::vector<Slave> slaves; ///< by slot

	/// nullptr: none.
	[[nodiscard]] const Slave *slave_in(unsigned slot) const;
	/// By its name, or else by its role: the first of that role.
	[[nodiscard]] const Slave *slave_named(const std::string &name_or_role) const;
	[[nodiscard]] const Slave *slave_with(fom_role role) const;
};

/// Nobody answers by the slave in this slot: for so long it comes after all others. 0: it is trusted again.
struct Doubt {
	std::uint8_t slot = FOM_NO_SLOT;
	std::uint32_t ms = 0; ///< at most FOM_DOUBT_MOST_MS
};

/// What a master can be told; the rest stays as it is.
struct Options {
	std::optional<std::uint8_t> chosen = {}; ///< slot, FOM_NO_SLOT: the best
	std::optional<std::uint8_t> announce_rounds = {};
	std::optional<fom_failback> failback = {};
	std::optional<std::uint32_t> updelay_ms = {};
	std::optional<Doubt> doubt = {};

	/// Those that are otherwise now; a doubt is begun anew each time.
	[[nodiscard]] Options but_for(const Master &now) const;
	[[nodiscard]] bool empty() const { return !chosen && !announce_rounds && !failback && !updelay_ms && !doubt; }
};

/// One message of the answer. What a module does not send keeps its default. Pure.
[[nodiscard]] Result<Master> parse_master(const nlmsghdr *message);
/// Writes FOM_A_LINK.
void put_options(netlink::Request &request, const Options &options);

} // namespace failover::kmod
