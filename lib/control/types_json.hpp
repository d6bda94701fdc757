// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "control/types.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>

namespace failover::control {

using Json = nlohmann::json;

[[nodiscard]] Json to_json(const Counters &value);
[[nodiscard]] Json to_json(const SlaveState &value);
[[nodiscard]] Json to_json(const SwitchRecord &value);
[[nodiscard]] Json to_json(const MasterState &value);
[[nodiscard]] Json to_json(const EventRecord &value);
[[nodiscard]] Json to_json(const Capability &value);
[[nodiscard]] Json to_json(const ProbeReport &value);
[[nodiscard]] Json to_json(const VersionInfo &value);
[[nodiscard]] Json to_json(const SwitchRequest &value);
[[nodiscard]] Json to_json(const AttachRequest &value);
[[nodiscard]] Json to_json(const MasterQuery &value);
[[nodiscard]] Json to_json(const EventQuery &value);
[[nodiscard]] Json to_json(const std::vector<MasterState> &value);
[[nodiscard]] Json to_json(const std::vector<EventRecord> &value);

/// The field that is missing or of the wrong type, as a path: "slaves[1].counters.rx_bytes".
struct WrongField {
	std::string path;
};

template <typename T> using Parsed = tl::expected<T, WrongField>;

/// Reads any of the types above (and std::string, std::int64_t and vectors of them). Unknown fields are passed over,
/// so that an older reader understands a newer writer. `path` goes in front of the name of a wrong field.
template <typename T> [[nodiscard]] Parsed<T> from_json(const Json &value, const std::string &path = {});

/// The parameters of a call: like from_json, but a field nobody knows is wrong too, because a mistyped name of an
/// optional parameter would otherwise do something else than was asked. T: the *Request and *Query types.
template <typename T> [[nodiscard]] Parsed<T> from_parameters(const Json &value);

} // namespace failover::control
