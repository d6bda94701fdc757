// SPDX-License-Identifier: GPL-2.0-only
// Errors as they travel: a qualified name and parameters, never free text alone.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace failover::control {

using Json = nlohmann::json;

inline constexpr std::string_view kNoSuchMaster = "io.failover.NoSuchMaster";
inline constexpr std::string_view kNoSuchSlave = "io.failover.NoSuchSlave";
inline constexpr std::string_view kNotPermitted = "io.failover.NotPermitted";
inline constexpr std::string_view kRefused = "io.failover.Refused";
inline constexpr std::string_view kTooSlow = "io.failover.TooSlow";
// https://varlink.org/Service
inline constexpr std::string_view kInterfaceNotFound = "org.varlink.service.InterfaceNotFound";
inline constexpr std::string_view kMethodNotFound = "org.varlink.service.MethodNotFound";
inline constexpr std::string_view kInvalidParameter = "org.varlink.service.InvalidParameter";
inline constexpr std::string_view kExpectedMore = "org.varlink.service.ExpectedMore";

/// Why a call failed. `name` is empty where no answer came at all; then `transport` says what happened.
struct CallError {
	std::string name;
	Json parameters = Json::object();
	Error transport;

	[[nodiscard]] bool is(std::string_view error_name) const { return name == error_name; }
	/// One sentence for people.
	[[nodiscard]] std::string message() const;
};

template <typename T> using Reply = tl::expected<T, CallError>;

[[nodiscard]] tl::unexpected<CallError> no_such_master(std::string_view master);
[[nodiscard]] tl::unexpected<CallError> no_such_slave(std::string_view master, std::string_view slave);
[[nodiscard]] tl::unexpected<CallError> not_permitted(std::string_view needed);
[[nodiscard]] tl::unexpected<CallError> refused(std::string_view reason);
/// `parameter` is the path of the wrong field: "limit", "masters[0].mtu".
[[nodiscard]] tl::unexpected<CallError> invalid_parameter(std::string_view parameter);
[[nodiscard]] tl::unexpected<CallError> transport_failed(Error error);

} // namespace failover::control
