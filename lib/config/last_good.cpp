// SPDX-License-Identifier: GPL-2.0-only
#include "config/last_good.hpp"

#include "base/fd.hpp"
#include "config/document.hpp"
#include "config/load.hpp"
#include "config/problems.hpp"
#include "config/read_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

namespace failover::config {

namespace {

std::string kept_file(const std::string &state_dir) {
	return state_dir + "/failover.toml";
}

Status make_directories(const std::string &dir) {
	for (std::size_t end = 1; end != std::string::npos;) {
		end = dir.find('/', end + 1);
		const auto part = dir.substr(0, end);
		if (::mkdir(part.c_str(), 0755) < 0 && errno != EEXIST)
			return fail_errno(errno, fmt::format("making the directory {}", part));
	}
	return {};
}

Status write_synced(const std::string &path, std::string_view text) {
	// Always the same name: a crash leaves one file at most, and the next run overwrites it.
	const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
	if (!fd)
		return fail_errno(errno, fmt::format("writing {}", path));
	while (!text.empty()) {
		const auto count = ::write(fd.get(), text.data(), text.size());
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return fail_errno(errno, fmt::format("writing {}", path));
		text.remove_prefix(static_cast<std::size_t>(count));
	}
	if (::fsync(fd.get()) < 0)
		return fail_errno(errno, fmt::format("syncing {}", path));
	return {};
}

/// Without it the rename may not survive a power cut.
Status sync_directory(const std::string &dir) {
	const UniqueFd fd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (!fd || ::fsync(fd.get()) < 0)
		return fail_errno(errno, fmt::format("syncing the directory {}", dir));
	return {};
}

/// A path may hold any bytes, a TOML file only UTF-8.
std::string ascii(std::string text) {
	std::ranges::replace_if(
	    text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
	return text;
}

std::string kept_text(const Config &config) {
	std::string text = "# The configuration that failoverd accepted last, merged from:\n";
	for (const auto &source : config.sources)
		text += fmt::format("#   {}\n", quote(ascii(source)));
	return text + "# Used when those cannot be. Changes made here are lost.\n\n" + to_toml(config);
}

} // namespace

Status save_last_good(const std::string &state_dir, const Config &config) {
	if (auto made = make_directories(state_dir); !made)
		return made;
	const auto path = kept_file(state_dir);
	const auto fresh = path + ".new";
	const auto text = kept_text(config);
	if (text.size() > kMaxFileSize)
		return fail(fmt::format("writing {}: {} bytes, at most {} could be read back", path, text.size(),
					kMaxFileSize));
	if (auto written = write_synced(fresh, text); !written)
		return written;
	if (::rename(fresh.c_str(), path.c_str()) < 0)
		return fail_errno(errno, fmt::format("renaming {} to {}", fresh, path));
	return sync_directory(state_dir);
}

Result<Loaded> load_with_fallback(const std::string &path, const std::string &dropin_dir,
				  const std::string &state_dir) {
	auto fresh = load(path, dropin_dir);
	if (fresh)
		return Loaded{std::move(*fresh)};

	const auto kept = kept_file(state_dir);
	const auto text = read_file(kept, kMaxFileSize);
	auto old = text ? parse(*text, kept) : Result<Config>(tl::unexpected(text.error()));
	if (!old)
		return tl::unexpected(
		    Error{fresh.error().code, fmt::format("{}\nand the last good configuration cannot be used: {}",
							  fresh.error().message, old.error().message)});
	return Loaded{std::move(*old), true,
		      fmt::format("{}\nusing the last good configuration, {}", fresh.error().message, kept)};
}

} // namespace failover::config
