// SPDX-License-Identifier: GPL-2.0-only
#include "master/udev_record.hpp"

#include <chrono>
#include <fmt/format.h>
#include <thread>
#include <unistd.h>

namespace failover {

namespace {

using namespace std::chrono_literals;

// Without udev there is none.
std::string record_of(int ifindex) {
	return fmt::format("/run/udev/data/n{}", ifindex);
}

} // namespace

void forget_udev_record(int ifindex) {
	(void)::unlink(record_of(ifindex).c_str());
}

void await_udev_removal(int ifindex) {
	const std::string record = record_of(ifindex);
	const auto patience = std::chrono::steady_clock::now() + 1s;
	while (::access(record.c_str(), F_OK) == 0 && std::chrono::steady_clock::now() < patience)
		std::this_thread::sleep_for(2ms);
	forget_udev_record(ifindex);
}

} // namespace failover
