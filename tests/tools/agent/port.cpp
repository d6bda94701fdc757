// SPDX-License-Identifier: GPL-2.0-only
#include "port.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <thread>

namespace failover::agent {

namespace {

constexpr std::string_view kPortsDir = "/sys/class/virtio-ports";
/// A line longer than this is no request of ours (a file travels in pieces of 1 MiB).
constexpr std::size_t kLongestLine = std::size_t{8} << 20;

std::string device_of(std::string_view name) {
	std::error_code ignored;
	for (const auto &entry : std::filesystem::directory_iterator(kPortsDir, ignored)) {
		std::ifstream file(entry.path() / "name");
		std::string found;
		if (std::getline(file, found) && found == name)
			return "/dev/" + entry.path().filename().string();
	}
	return {};
}

} // namespace

Result<Port> Port::open(std::string_view name, int patience_ms) {
	const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
	while (true) {
		if (const std::string device = device_of(name); !device.empty()) {
			UniqueFd fd(::open(device.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
			if (fd)
				return Port(std::move(fd));
			if (errno != ENOENT)
				return fail_errno(errno, fmt::format("cannot open {} (port {})", device, name));
		}
		if (std::chrono::steady_clock::now() >= deadline)
			return fail(fmt::format("no virtio-serial port named {} under {}", name, kPortsDir));
		std::this_thread::sleep_for(std::chrono::milliseconds(10));
	}
}

Status Port::receive() {
	std::array<char, 65536> buffer;
	const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? Status() : fail_errno(errno, "cannot read the port");
	arrived_.append(buffer.data(), static_cast<std::size_t>(got));
	if (arrived_.size() > kLongestLine && arrived_.find('\n') == std::string::npos)
		return fail(fmt::format("{} bytes came without an end of line", arrived_.size()));
	return {};
}

std::optional<std::string> Port::next_line() {
	const std::size_t end = arrived_.find('\n', searched_);
	if (end == std::string::npos) {
		searched_ = arrived_.size();
		return std::nullopt;
	}
	std::string line = arrived_.substr(0, end);
	arrived_.erase(0, end + 1);
	searched_ = 0;
	return line;
}

Status Port::send_line(std::string_view line) {
	std::string whole(line);
	whole += '\n';
	std::string_view rest = whole;
	while (!rest.empty()) {
		const ssize_t put = ::write(fd_.get(), rest.data(), rest.size());
		if (put >= 0) {
			rest.remove_prefix(static_cast<std::size_t>(put));
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			return fail_errno(errno, "cannot write the port");
		pollfd room{fd_.get(), POLLOUT, 0};
		::poll(&room, 1, 1000);
	}
	return {};
}

} // namespace failover::agent
