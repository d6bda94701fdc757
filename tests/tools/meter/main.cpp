// SPDX-License-Identifier: GPL-2.0-only
// failover-meter: what a packet costs that is sent or received, by one process that never waits.
#include "meter.hpp"

#include <CLI/CLI.hpp>
#include <arpa/inet.h>
#include <cstdio>
#include <nlohmann/json.hpp>

using namespace failover;
using namespace failover::meter;

namespace {

struct Options {
	std::string way, to, netns, device, from, mac, nobody;
	in_port_t port = 9; ///< discard
	unsigned batches = 625;
};

Result<in_addr> address_of(const std::string &text) {
	in_addr address{};
	if (::inet_pton(AF_INET, text.c_str(), &address) != 1)
		return fail(fmt::format("\"{}\" is no IPv4 address", text));
	return address;
}

Result<MacAddress> mac_of(const std::string &text) {
	if (const auto mac = MacAddress::parse(text))
		return *mac;
	return fail(fmt::format("\"{}\" is no Ethernet address", text));
}

Result<Wire> wire_of(const Options &options) {
	auto from = address_of(options.from);
	if (!from)
		return tl::unexpected(from.error());
	auto mac = mac_of(options.mac), nobody = mac_of(options.nobody);
	if (!mac || !nobody)
		return tl::unexpected(mac ? nobody.error() : mac.error());
	return Wire{options.netns, options.device, *from, *mac, *nobody};
}

Result<double> run(const Options &options) {
	auto address = address_of(options.to);
	if (!address)
		return tl::unexpected(address.error());
	const Target target{*address, htons(options.port), options.batches};
	if (options.way == "tx")
		return sent_packet(target);
	auto wire = wire_of(options);
	if (!wire)
		return tl::unexpected(wire.error());
	return received_packet(target, *wire);
}

} // namespace

int main(int argc, char **argv) {
	Options options;
	CLI::App app("Clock ticks a UDP packet that is sent (tx) or received (rx), as JSON", "failover-meter");
	app.add_option("way", options.way, "tx or rx")->required()->check(CLI::IsMember({"tx", "rx"}));
	app.add_option("--to", options.to, "The receiver's address: for rx, one of this machine")->required();
	app.add_option("--port", options.port, "The receiver's port");
	app.add_option("--batches", options.batches, "How many times 32 packets")->check(CLI::Range(1, 1'000'000));
	app.add_option("--netns", options.netns, "rx: where the sending NIC is");
	app.add_option("--device", options.device, "rx: its name");
	app.add_option("--from", options.from, "rx: the sender's address");
	app.add_option("--mac", options.mac, "rx: of the NIC under test");
	app.add_option("--nobody", options.nobody, "rx: a MAC that no NIC on the wire has");
	CLI11_PARSE(app, argc, argv);
	const auto cost = run(options);
	if (!cost) {
		std::fprintf(stderr, "failover-meter: %s\n", cost.error().message.c_str());
		return 1;
	}
	std::puts(nlohmann::json{{"packet", *cost}}.dump().c_str());
	return 0;
}
