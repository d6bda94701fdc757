// SPDX-License-Identifier: GPL-2.0-only
// failover-pump: what a packet (UDP) or a byte (TCP) costs on one CPU, for several routes in turns. The turns are
// short, so that whatever else the machine does meets all routes alike.
#include "pump.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <sys/resource.h>
#include <vector>

using namespace failover;
using namespace failover::pump;

namespace {

constexpr int kNice = -10;         ///< what else runs on the CPU gets little of it
constexpr double kMaxLost = 0.001; ///< of a slice; a path that loses more is not what was to be measured
constexpr int kAttempts = 5;       ///< at a turn in which nobody else takes the CPU

struct Options {
	std::string protocol;
	std::vector<std::string> routes;
	unsigned size = 18; ///< an Ethernet frame of 60 bytes, the smallest
	unsigned slice_ms = 5;
	unsigned rounds = 50;
	unsigned cpu = 0;
};

struct Lane {
	Route route;
	std::unique_ptr<Pump> pump;
	std::vector<double> costs;
};

Status claim_cpu(unsigned cpu) {
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (::sched_setaffinity(0, sizeof(set), &set) < 0)
		return fail_errno(errno, fmt::format("taking CPU {}", cpu));
	if (::setpriority(PRIO_PROCESS, 0, kNice) < 0)
		return fail_errno(errno, "raising the priority");
	return {};
}

Result<std::vector<Lane>> open_lanes(const Options &options) {
	std::vector<Lane> lanes;
	for (const auto &text : options.routes) {
		auto route = parse_route(text);
		if (!route)
			return tl::unexpected(route.error());
		auto pump = options.protocol == "udp" ? open_udp(*route, options.size) : open_tcp(*route);
		if (!pump)
			return tl::unexpected(pump.error());
		lanes.push_back({std::move(*route), std::move(*pump), {}});
	}
	return lanes;
}

/// How often the CPU was taken from this thread.
long preemptions() {
	rusage usage{};
	::getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw;
}

Result<Slice> run_undisturbed(Pump &pump, std::chrono::milliseconds time) {
	for (int attempt = 1;; ++attempt) {
		const long before = preemptions();
		auto slice = pump.run(time);
		if (!slice || attempt == kAttempts || preemptions() == before)
			return slice;
	}
}

Status take_turn(Lane &lane, const Options &options, bool counts) {
	auto slice = run_undisturbed(*lane.pump, std::chrono::milliseconds(options.slice_ms));
	if (!slice)
		return tl::unexpected(std::move(slice.error()).within(lane.route.name));
	const double lost = 1.0 - static_cast<double>(slice->received) / static_cast<double>(slice->sent);
	if (slice->received == 0 || (options.protocol == "udp" && lost > kMaxLost))
		return fail(fmt::format("{}: {} of {} packets arrived", lane.route.name, slice->received, slice->sent));
	if (counts)
		lane.costs.push_back(slice->cost());
	return {};
}

Status measure(const Options &options) {
	if (auto done = claim_cpu(options.cpu); !done)
		return done;
	auto lanes = open_lanes(options);
	if (!lanes)
		return tl::unexpected(lanes.error());
	// Round 0 warms caches and neighbour tables up. Who comes first changes from round to round.
	for (unsigned round = 0; round <= options.rounds; ++round)
		for (std::size_t turn = 0; turn < lanes->size(); ++turn)
			if (auto done = take_turn((*lanes)[(round + turn) % lanes->size()], options, round > 0); !done)
				return done;
	nlohmann::json report;
	for (const auto &lane : *lanes)
		report[lane.route.name] = lane.costs;
	std::puts(report.dump().c_str());
	return {};
}

} // namespace

int main(int argc, char **argv) {
	Options options;
	CLI::App app("Nanoseconds a packet or a byte, sender and receiver on one CPU; a list for each route, as JSON",
		     "failover-pump");
	app.add_option("protocol", options.protocol, "udp or tcp")->required()->check(CLI::IsMember({"udp", "tcp"}));
	app.add_option("--route", options.routes, "NAME,FROM_NETNS,TO_NETNS,ADDRESS; once for each")->required();
	app.add_option("--size", options.size, "Bytes of a datagram")->check(CLI::Range(1, 65507));
	app.add_option("--slice-ms", options.slice_ms, "Length of a turn")->check(CLI::Range(1, 10'000));
	app.add_option("--rounds", options.rounds, "Turns of each route")->check(CLI::Range(1, 100'000));
	app.add_option("--cpu", options.cpu, "CPU to run on")->check(CLI::Range(0, CPU_SETSIZE - 1));
	CLI11_PARSE(app, argc, argv);
	if (auto done = measure(options); !done) {
		std::fprintf(stderr, "failover-pump: %s\n", done.error().message.c_str());
		return 1;
	}
	return 0;
}
