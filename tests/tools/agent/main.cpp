// SPDX-License-Identifier: GPL-2.0-only
// Process 1 of a test guest. When it ends the kernel panics and QEMU exits: a broken agent is never mistaken for a
// quiet one.
#include "session.hpp"

#include <cerrno>
#include <csignal>
#include <fmt/format.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

namespace {

constexpr std::string_view kPortName = "failover.agent";
/// virtio_console may still be probing; on a busy machine, with a kernel that checks itself, half a minute.
constexpr int kPortPatienceMs = 120'000;

failover::Status serve() {
	using namespace failover;
	sigset_t child_ended;
	sigemptyset(&child_ended);
	sigaddset(&child_ended, SIGCHLD);
	::sigprocmask(SIG_BLOCK, &child_ended, nullptr);
	::signal(SIGPIPE, SIG_IGN);
	const UniqueFd children(::signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK));
	if (!children)
		return fail_errno(errno, "cannot make a signalfd");
	auto port = agent::Port::open(kPortName, kPortPatienceMs);
	if (!port)
		return tl::unexpected(port.error());
	fmt::print(stderr, "failover-agent: ready\n");
	return agent::Session(std::move(*port)).serve(children.get());
}

} // namespace

int main() {
	const auto served = serve();
	fmt::print(stderr, "failover-agent: FAILED: {}\n", served ? "" : served.error().message);
	::tcdrain(STDERR_FILENO); // the kernel does not survive its first process, nor do words that are not out yet
	return 1;
}
