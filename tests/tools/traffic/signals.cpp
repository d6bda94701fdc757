// SPDX-License-Identifier: GPL-2.0-only
#include "signals.hpp"

#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>

namespace failover::traffic {

Result<Signals> Signals::take_over() {
	sigset_t set;
	::sigemptyset(&set);
	for (const int signal : {SIGTERM, SIGINT, SIGUSR1})
		::sigaddset(&set, signal);
	if (::sigprocmask(SIG_BLOCK, &set, nullptr) < 0)
		return fail_errno(errno, "blocking signals");
	UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
	if (!fd)
		return fail_errno(errno, "opening a signal descriptor");
	return Signals(std::move(fd));
}

std::optional<Signals::Request> Signals::next() const {
	signalfd_siginfo info;
	if (::read(fd_.get(), &info, sizeof(info)) != sizeof(info))
		return std::nullopt;
	return info.ssi_signo == SIGUSR1 ? Request::kReport : Request::kStop;
}

} // namespace failover::traffic
