// SPDX-License-Identifier: GPL-2.0-only
#include "meter.hpp"

#include "base/fd.hpp"
#include "base/netns.hpp"
#include "batch.hpp"

#include <cerrno>
#include <chrono>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace failover::meter {

namespace {

/// Of the time-stamp counter, which counts instructions in a guest under QEMU's `-icount shift=0`: a clock of the
/// kernel's is the same counter times a factor that is calibrated anew at each boot.
std::uint64_t ticks() {
#if defined(__x86_64__)
	return __rdtsc();
#else
	return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

constexpr unsigned kWarmUp = 10;     ///< batches before those that count: pages are touched, caches filled
constexpr unsigned kLooks = 100'000; ///< at a socket on which nothing arrives; the whole of it takes seconds

/// Ticks a packet of `one_batch`, which is called again and again without a pause: idle time would count.
template <typename Call> Result<double> measure(unsigned batches, Call one_batch) {
	std::uint64_t begin = 0;
	for (unsigned number = 0; number < kWarmUp + batches; ++number) {
		if (number == kWarmUp)
			begin = ticks();
		if (Status done = one_batch(); !done)
			return tl::unexpected(done.error());
	}
	return static_cast<double>(ticks() - begin) / (static_cast<double>(batches) * Batch::kCount);
}

Status send_all(Batch &batch, int fd) {
	const int sent = batch.send(fd);
	if (sent < 0)
		return fail_errno(errno, "sending");
	if (sent != Batch::kCount)
		return fail(fmt::format("only {} of {} packets were taken to send", sent, Batch::kCount));
	return {};
}

Status receive_all(Batch &batch, int fd) {
	unsigned received = 0;
	for (unsigned look = 0; received < Batch::kCount; ++look) {
		const int count = batch.receive(fd);
		if (count < 0 && errno != EAGAIN)
			return fail_errno(errno, "receiving");
		received += count > 0 ? static_cast<unsigned>(count) : 0;
		if (look == kLooks)
			return fail(fmt::format("{} of {} packets arrived", received, Batch::kCount));
	}
	return {};
}

sockaddr_in name_of(const Target &target) {
	sockaddr_in name{};
	name.sin_family = AF_INET;
	name.sin_addr = target.address;
	name.sin_port = target.port;
	return name;
}

Result<UniqueFd> udp_socket() {
	UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	if (!fd)
		return fail_errno(errno, "a UDP socket");
	return fd;
}

/// Sends frames straight to the driver of wire.device.
Result<UniqueFd> frame_socket(const Wire &wire, MacAddress &own) {
	auto there = open_netns(wire.netns);
	if (!there)
		return tl::unexpected(there.error());
	auto scope = NetnsScope::enter(there->get());
	if (!scope)
		return tl::unexpected(scope.error());
	UniqueFd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)); // protocol 0: receives nothing
	if (!fd)
		return fail_errno(errno, "a packet socket");
	ifreq request{};
	wire.device.copy(request.ifr_name, IFNAMSIZ - 1);
	if (::ioctl(fd.get(), SIOCGIFHWADDR, &request) < 0)
		return fail_errno(errno, fmt::format("asking {} for its address", wire.device));
	std::array<std::uint8_t, MacAddress::kSize> bytes{};
	std::copy_n(request.ifr_hwaddr.sa_data, bytes.size(), bytes.begin());
	own = MacAddress(bytes);
	sockaddr_ll name{};
	name.sll_family = AF_PACKET;
	name.sll_ifindex = static_cast<int>(::if_nametoindex(wire.device.c_str()));
	const int yes = 1;
	if (::bind(fd.get(), reinterpret_cast<const sockaddr *>(&name), sizeof(name)) < 0 ||
	    ::setsockopt(fd.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof(yes)) < 0)
		return fail_errno(errno, fmt::format("sending frames by {}", wire.device));
	return fd;
}

} // namespace

Result<double> sent_packet(const Target &target) {
	auto fd = udp_socket();
	if (!fd)
		return tl::unexpected(fd.error());
	const auto name = name_of(target);
	if (::connect(fd->get(), reinterpret_cast<const sockaddr *>(&name), sizeof(name)) < 0)
		return fail_errno(errno, "a route to the receiver");
	Batch batch(std::array<std::uint8_t, kPayload>{});
	return measure(target.batches, [&] { return send_all(batch, fd->get()); });
}

Result<double> received_packet(const Target &target, const Wire &wire) {
	auto receiver = udp_socket();
	if (!receiver)
		return tl::unexpected(receiver.error());
	const auto name = name_of(target);
	if (::bind(receiver->get(), reinterpret_cast<const sockaddr *>(&name), sizeof(name)) < 0)
		return fail_errno(errno, "binding the receiver");
	MacAddress own;
	auto sender = frame_socket(wire, own);
	if (!sender)
		return tl::unexpected(sender.error());
	Batch to_nobody(udp_frame({own, wire.nobody, wire.from, target.address, target.port}));
	Batch to_us(udp_frame({own, wire.to, wire.from, target.address, target.port}));
	Batch in(std::array<std::uint8_t, kPayload>{});

	auto without = measure(target.batches, [&] { return send_all(to_nobody, sender->get()); });
	if (!without)
		return without;
	auto with = measure(target.batches, [&] {
		Status done = send_all(to_us, sender->get());
		return done ? receive_all(in, receiver->get()) : done;
	});
	if (!with)
		return with;
	return *with - *without;
}

} // namespace failover::meter
