// SPDX-License-Identifier: GPL-2.0-only
// Which NICs belong together. Pure: NICs and configuration in, decisions out.
#pragma once

#include "master/nic.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace failover {

/// A master that should be made over `standby`; `rule` describes it (for NICs found by MAC, a rule made up from the
/// defaults).
struct Proposal {
	const Nic *standby = nullptr;
	config::MasterConfig rule;
};

/// Masters that the NICs at hand call for. Those that a master has already are not among `nics`, and what is configured
/// for a master that stands is `in_use`, by origin: it does not make a second one.
[[nodiscard]] std::vector<Proposal> propose_masters(const std::vector<Nic> &nics, const config::Config &config,
						    const std::set<std::string> &in_use = {});

/// What is configured for the master of this name over this standby: the section of its name, else the first one that
/// fits the standby and is not `in_use`. Null: nothing.
[[nodiscard]] const config::MasterConfig *rule_of(const std::string &master, const std::optional<Nic> &standby,
						  const config::Config &config,
						  const std::set<std::string> &in_use = {});

/// Whether a NIC could be a slave at all; else the reason, in words.
[[nodiscard]] std::optional<std::string> unfit_as_slave(const Nic &nic);

/// Whether the NIC is the primary of a master with this rule and MAC.
[[nodiscard]] bool is_primary_of(const config::MasterConfig &rule, const MacAddress &master_mac, const Nic &nic);

} // namespace failover
