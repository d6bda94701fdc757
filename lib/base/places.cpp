// SPDX-License-Identifier: GPL-2.0-only
#include "base/places.hpp"

#include <charconv>
#include <fmt/format.h>

namespace failover {

namespace {

constexpr std::string_view kSlaveAliasPrefix = "vf-failover slave, was ";
constexpr std::string_view kAfterIfindex = ": ";

} // namespace

std::string slave_alias(const VisibleIdentity &was) {
	return fmt::format("{}{}{}{}", kSlaveAliasPrefix, was.ifindex, kAfterIfindex, was.name);
}

bool is_slave_alias(std::string_view alias) {
	return alias.starts_with(kSlaveAliasPrefix);
}

VisibleIdentity identity_before_hiding(std::string_view alias, std::string_view name) {
	if (!is_slave_alias(alias))
		return {std::string(name)};
	alias.remove_prefix(kSlaveAliasPrefix.size());
	VisibleIdentity was;
	const auto [rest, error] = std::from_chars(alias.data(), alias.data() + alias.size(), was.ifindex);
	alias.remove_prefix(static_cast<std::size_t>(rest - alias.data()));
	if (error != std::errc{} || was.ifindex < 0 || !alias.starts_with(kAfterIfindex))
		return {std::string(name)};
	was.name = alias.substr(kAfterIfindex.size());
	return was;
}

} // namespace failover
