// SPDX-License-Identifier: GPL-2.0-only
#include "config/load.hpp"

#include "config/merge.hpp"
#include "config/read_file.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fmt/ranges.h>
#include <memory>

namespace failover::config {

namespace {

/// Full paths of the drop-ins in order of name. Hidden files are editors' leftovers.
Result<std::vector<std::string>> list_dropins(const std::string &dir) {
	const std::unique_ptr<DIR, int (*)(DIR *)> stream(::opendir(dir.c_str()), ::closedir);
	if (!stream && errno == ENOENT)
		return std::vector<std::string>{};
	if (!stream)
		return fail_errno(errno, fmt::format("directory of drop-ins {}", dir));
	std::vector<std::string> paths;
	errno = 0;
	while (const auto *entry = ::readdir(stream.get())) {
		const std::string_view name = entry->d_name;
		if (!name.starts_with('.') && name.ends_with(".toml"))
			paths.push_back(fmt::format("{}/{}", dir, name));
		errno = 0;
	}
	if (errno != 0)
		return fail_errno(errno, fmt::format("directory of drop-ins {}", dir));
	std::ranges::sort(paths);
	return paths;
}

Result<Config> parse_into(const std::vector<Source> &sources, std::vector<std::string> unread) {
	Problems problems;
	std::vector<Layer> layers;
	bool whole = unread.empty();
	for (const auto &source : sources) {
		if (const auto document = read_document(source.text)) {
			layers.push_back(read_layer(*document, source.name, problems));
		} else {
			problems.add({source.name, document.error().at}, document.error().text);
			whole = false;
		}
		problems.next_file();
	}
	// With a file missing, what the others lack may stand in it.
	Config config;
	if (whole)
		config = merge(layers, problems);
	if (!problems.empty())
		unread.push_back(problems.to_string());
	if (!unread.empty())
		return fail(fmt::format("{}", fmt::join(unread, "\n")));
	for (const auto &source : sources)
		config.sources.push_back(source.name);
	return config;
}

} // namespace

Result<Config> parse(std::string_view text, std::string_view filename) {
	return parse_sources({{std::string(filename), std::string(text)}});
}

Result<Config> parse_sources(const std::vector<Source> &sources) {
	return parse_into(sources, {});
}

Result<Config> load(const std::string &path, const std::string &dropin_dir) {
	std::vector<std::string> paths{path};
	std::vector<std::string> unread;
	if (auto dropins = list_dropins(dropin_dir))
		paths.insert(paths.end(), dropins->begin(), dropins->end());
	else
		unread.push_back(std::move(dropins.error().message));

	std::vector<Source> sources;
	for (const auto &file : paths) {
		auto text = read_file(file, kMaxFileSize);
		if (text)
			sources.push_back({file, std::move(*text)});
		else if (text.error().code != ENOENT || file != path)
			unread.push_back(std::move(text.error().message));
	}
	return parse_into(sources, std::move(unread));
}

} // namespace failover::config
