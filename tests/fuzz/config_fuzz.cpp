// SPDX-License-Identifier: GPL-2.0-only
// Any bytes as a configuration: refused with a place, or taken, and then its merged form must mean the same.
// A line of "%%%" divides the input into a main file and drop-ins.
#include "config/load.hpp"

#include <cstdio>
#include <cstdlib>

using namespace failover::config;

namespace {

std::vector<Source> split(std::string_view text) {
	constexpr std::string_view kDivider = "%%%\n";
	constexpr std::size_t kMostFiles = 8;
	std::vector<Source> sources;
	while (sources.size() + 1 < kMostFiles) {
		const auto end = text.find(kDivider);
		if (end == std::string_view::npos)
			break;
		sources.push_back({"file", std::string(text.substr(0, end))});
		text.remove_prefix(end + kDivider.size());
	}
	sources.push_back({"file", std::string(text)});
	return sources;
}

[[noreturn]] void give_up(const std::string &why) {
	std::fprintf(stderr, "%s\n", why.c_str());
	std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
	const auto config = parse_sources(split({reinterpret_cast<const char *>(data), size}));
	if (!config) {
		if (!config.error().message.starts_with("file:"))
			give_up("no place in: " + config.error().message);
		return 0;
	}
	const auto text = to_toml(*config);
	const auto again = parse(text, "merged");
	if (!again)
		give_up(again.error().message + "\nin\n" + text);
	if (!equivalent(*config, *again))
		give_up("another meaning:\n" + text);
	return 0;
}
