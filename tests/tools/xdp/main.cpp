// SPDX-License-Identifier: GPL-2.0-only
// failover-xdp: entries of maps that are descriptors, and datagrams that come by AF_XDP. The rest does bpftool.
#include "bpf_map.hpp"
#include "xsk.hpp"

#include "packet.hpp"
#include "report.hpp"
#include "sequence_log.hpp"
#include "signals.hpp"

#include <CLI/CLI.hpp>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <optional>
#include <poll.h>
#include <vector>

using namespace failover;
using namespace failover::xdp;
using traffic::PacketHeader;
using traffic::SequenceLog;
using traffic::Signals;

namespace {

struct Options {
	std::string device, map = "/sys/fs/bpf/maps/sockets", program, json;
	std::uint32_t key = 0;
	std::uint16_t port = 0;
};

Result<unsigned> index_of(const std::string &device) {
	const auto index = ::if_nametoindex(device.c_str());
	if (!index)
		return fail_errno(errno, device);
	return index;
}

Status set_target(const Options &options) {
	auto map = open_pinned(options.map);
	if (!map)
		return tl::unexpected(std::move(map.error()));
	auto index = index_of(options.device);
	if (!index)
		return tl::unexpected(std::move(index.error()));
	bpf_devmap_val value{};
	value.ifindex = *index;
	UniqueFd program;
	if (!options.program.empty()) {
		auto opened = open_pinned(options.program);
		if (!opened)
			return tl::unexpected(std::move(opened.error()));
		program = std::move(*opened);
		value.bpf_prog.fd = program.get();
	}
	return update(map->get(), options.key, &value);
}

/// The number of a datagram of ours to this port.
std::optional<PacketHeader> header_in(std::span<const std::byte> frame, std::uint16_t port) {
	constexpr auto kBefore = sizeof(ethhdr) + sizeof(iphdr);
	udphdr udp;
	PacketHeader header;
	if (frame.size() < kBefore + sizeof(udp) + sizeof(header))
		return std::nullopt;
	std::memcpy(&udp, frame.data() + kBefore, sizeof(udp));
	std::memcpy(&header, frame.data() + kBefore + sizeof(udp), sizeof(header));
	if (ntohs(udp.dest) != port || header.magic != traffic::kPacketMagic)
		return std::nullopt;
	return header;
}

/// The same words as failover-traffic's, but for the times between packets, which nobody here asks for.
Status report(const Options &options, const SequenceLog &log, unsigned number) {
	auto report = traffic::report_of(log);
	report.update({{"longest_gap_ms", 0.0}, {"snapshot", number}});
	return traffic::write_report(options.json, report);
}

/// One socket for each queue that the device has. A receive queue more than there are is refused.
Result<std::vector<XskReceiver>> open_all(const Options &options) {
	auto map = open_pinned(options.map);
	if (!map)
		return tl::unexpected(std::move(map.error()));
	auto index = index_of(options.device);
	if (!index)
		return tl::unexpected(std::move(index.error()));
	std::vector<XskReceiver> sockets;
	for (unsigned queue = 0;; ++queue) {
		auto opened = XskReceiver::open(*index, queue);
		if (!opened && queue > 0 && opened.error().code == EINVAL)
			return sockets;
		if (!opened)
			return tl::unexpected(std::move(opened.error()));
		const std::uint32_t fd = static_cast<std::uint32_t>(opened->fd());
		if (auto status = update(map->get(), queue, &fd); !status)
			return tl::unexpected(std::move(status.error()));
		sockets.push_back(std::move(*opened));
	}
}

Status receive(const Options &options) {
	auto signals = Signals::take_over();
	if (!signals)
		return tl::unexpected(std::move(signals.error()));
	auto sockets = open_all(options);
	if (!sockets)
		return tl::unexpected(std::move(sockets.error()));
	SequenceLog log;
	unsigned reports = 0;
	if (auto status = report(options, log, reports); !status)
		return status;
	std::vector<pollfd> wait{{signals->fd(), POLLIN, 0}};
	for (const auto &socket : *sockets)
		wait.push_back({socket.fd(), POLLIN, 0});
	while (true) {
		if (::poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR)
			return fail_errno(errno, "waiting for packets");
		for (auto &socket : *sockets) {
			socket.drain([&](std::span<const std::byte> frame) {
				if (const auto header = header_in(frame, options.port))
					log.record(header->sequence, header->sent_ns);
			});
		}
		while (auto request = signals->next()) {
			if (auto status = report(options, log, ++reports);
			    !status || *request == Signals::Request::kStop)
				return status;
		}
	}
}

} // namespace

int main(int argc, char **argv) {
	CLI::App app("What XDP programs of stories need besides bpftool", "failover-xdp");
	app.require_subcommand(1);
	Options options;
	auto *target = app.add_subcommand("target", "Have an entry of a devmap name a device");
	target->add_option("--map", options.map, "Where the map is pinned");
	target->add_option("--key", options.key, "Which entry")->required();
	target->add_option("--device", options.device, "Its name")->required();
	target->add_option("--program", options.program, "Where a program is pinned that is run for what leaves");
	auto *receiver =
	    app.add_subcommand("receive", "Count numbered UDP datagrams that come by AF_XDP until SIGTERM");
	receiver->add_option("--map", options.map, "Where the map of sockets is pinned");
	receiver->add_option("--bind", options.device, "Name of the device")->required();
	receiver->add_option("--port", options.port, "UDP port")->required();
	receiver->add_option("--json", options.json, "Report; written once listening, on SIGUSR1 and at the end")
	    ->required();
	CLI11_PARSE(app, argc, argv);

	const auto status = app.got_subcommand("target") ? set_target(options) : receive(options);
	if (status)
		return 0;
	std::fprintf(stderr, "failover-xdp: %s\n", status.error().message.c_str());
	return 1;
}
