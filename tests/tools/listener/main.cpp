// SPDX-License-Identifier: GPL-2.0-only
// failover-listener FILE: appends a line of JSON for each thing that the kernel tells listeners of network devices in
// this namespace, and of PCI devices, until SIGTERM. The first line says that it listens:
// {"source": "listener", "action": "ready"}; a line with the action "lost" that the kernel told more than was read.
#include "record.hpp"

#include "base/fd.hpp"
#include "netlink/notifications.hpp"
#include "netlink/uevent_monitor.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

namespace {

using namespace failover;
using nlohmann::json;

constexpr int kReceiveBuffer = 16 << 20; // all of a boot fits

/// A line at a time reaches the file, so that whoever reads it sees whole lines up to now.
class Lines {
public:
	static Result<Lines> open(const char *path) {
		UniqueFd fd(::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
		if (!fd)
			return fail_errno(errno, fmt::format("opening {}", path));
		return Lines(std::move(fd));
	}

	Status add(const json &record) {
		const std::string line = record.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
		if (::write(fd_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
			return fail_errno(errno, "writing a line");
		return {};
	}

private:
	explicit Lines(UniqueFd fd) : fd_(std::move(fd)) {}
	UniqueFd fd_;
};

Result<UniqueFd> open_links() {
	UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
	if (!fd)
		return fail_errno(errno, "opening an rtnetlink socket");
	netlink::enlarge_receive_buffer(fd.get(), kReceiveBuffer);
	sockaddr_nl address{};
	address.nl_family = AF_NETLINK;
	address.nl_groups = RTMGRP_LINK;
	if (::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) < 0)
		return fail_errno(errno, "subscribing to RTNLGRP_LINK");
	return fd;
}

Result<UniqueFd> open_signals() {
	sigset_t set;
	::sigemptyset(&set);
	::sigaddset(&set, SIGTERM);
	::sigaddset(&set, SIGINT);
	if (::sigprocmask(SIG_BLOCK, &set, nullptr) < 0)
		return fail_errno(errno, "blocking signals");
	UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC));
	if (!fd)
		return fail_errno(errno, "opening a signal descriptor");
	return fd;
}

/// Remembers the first line that could not be written: handlers of the monitors cannot fail.
class Writer {
public:
	explicit Writer(Lines &lines) : lines_(lines) {}
	void operator()(const json &record) {
		if (status_)
			status_ = lines_.add(record);
	}
	[[nodiscard]] Status status() const { return status_; }

private:
	Lines &lines_;
	Status status_;
};

Status read_uevents(netlink::UeventMonitor &uevents, Lines &lines) {
	Writer write(lines);
	const auto read = uevents.read([&write](const netlink::UeventMonitorEvent &event) {
		if (const auto *uevent = std::get_if<netlink::Uevent>(&event)) {
			if (const auto record = listener::record_of(*uevent))
				write(*record);
		} else {
			write({{"source", "uevent"}, {"action", "lost"}});
		}
	});
	return read ? write.status() : read;
}

Status read_links(int fd, netlink::Bytes &buffer, Lines &lines) {
	Writer write(lines);
	const auto each = [&write](netlink::ByteSpan datagram) -> Status {
		const auto records = listener::records_of_links(datagram);
		if (!records)
			return tl::unexpected(records.error());
		for (const auto &record : *records)
			write(record);
		return write.status();
	};
	return netlink::read_notifications(fd, buffer, "link notifications", each, [&write] {
		write({{"source", "rtnetlink"}, {"action", "lost"}});
	});
}

Status listen(const char *path) {
	auto lines = Lines::open(path);
	auto signals = open_signals();
	auto links = open_links();
	auto uevents = netlink::UeventMonitor::open();
	for (const auto *error : {lines ? nullptr : &lines.error(), signals ? nullptr : &signals.error(),
				  links ? nullptr : &links.error(), uevents ? nullptr : &uevents.error()})
		if (error != nullptr)
			return tl::unexpected(*error);
	if (auto ok = lines->add({{"source", "listener"}, {"action", "ready"}}); !ok)
		return ok;
	netlink::Bytes buffer;
	while (true) {
		std::array<pollfd, 3> waits{
		    {{uevents->fd(), POLLIN, 0}, {links->get(), POLLIN, 0}, {signals->get(), POLLIN, 0}}};
		if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR)
			return fail_errno(errno, "waiting");
		if (auto ok = read_uevents(*uevents, *lines); !ok)
			return ok;
		if (auto ok = read_links(links->get(), buffer, *lines); !ok)
			return ok;
		// Last, so that what was told before the signal is in the file.
		if (waits[2].revents != 0)
			return {};
	}
}

} // namespace

int main(int argc, char **argv) {
	if (argc != 2) {
		fmt::print(stderr, "usage: failover-listener FILE\n");
		return 2;
	}
	if (const auto done = listen(argv[1]); !done) {
		fmt::print(stderr, "failover-listener: {}\n", done.error().message);
		return 1;
	}
	return 0;
}
