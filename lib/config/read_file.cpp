// SPDX-License-Identifier: GPL-2.0-only
#include "config/read_file.hpp"

#include "base/fd.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace failover::config {

Result<std::string> read_file(const std::string &path, std::size_t limit) {
	const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
	if (!fd)
		return fail_errno(errno, path);
	struct stat status {};
	if (::fstat(fd.get(), &status) < 0)
		return fail_errno(errno, path);
	if (!S_ISREG(status.st_mode))
		return fail(fmt::format("{}: not a regular file", path));

	std::string text;
	std::array<char, 16384> chunk{};
	while (true) {
		const auto count = ::read(fd.get(), chunk.data(), chunk.size());
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return fail_errno(errno, path);
		if (count == 0)
			return text;
		text.append(chunk.data(), static_cast<std::size_t>(count));
		if (text.size() > limit)
			return fail(fmt::format("{}: larger than {} bytes", path, limit));
	}
}

} // namespace failover::config
