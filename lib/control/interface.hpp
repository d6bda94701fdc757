// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string_view>

namespace failover::control {

inline constexpr std::string_view kInterface = "io.failover";
inline constexpr std::string_view kServiceInterface = "org.varlink.service";

/// The text of io.failover.varlink as it was when the program was built.
[[nodiscard]] std::string_view interface_description();
/// The interface every Varlink service has (https://varlink.org/Service).
[[nodiscard]] std::string_view service_interface_description();

} // namespace failover::control
