// SPDX-License-Identifier: GPL-2.0-only
// failover-traffic: counts what a user of the network loses. UDP is numbered, TCP is checked byte for byte.
#include "receiver.hpp"
#include "sender.hpp"
#include "stream.hpp"

#include "packet.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

using namespace failover;
using namespace failover::traffic;

namespace {

void add_send(CLI::App &app, SendOptions &options) {
	auto *verb = app.add_subcommand("send", "Send numbered UDP datagrams at a steady rate");
	verb->add_option("--to", options.to, "Address to send to")->required();
	verb->add_option("--port", options.port, "UDP port")->required();
	verb->add_option("--bind", options.bind, "Source address");
	verb->add_option("--pps", options.pps, "Packets a second")->check(CLI::Range(1, 10'000'000))->required();
	verb->add_option("--size", options.size, "Bytes of payload")
	    ->check(CLI::Range(static_cast<unsigned>(sizeof(PacketHeader)), kMaxDatagram));
	verb->add_option("--duration", options.duration_s, "Seconds to run; until SIGTERM without it");
	verb->add_option("--json", options.json, "Report; rewritten on SIGUSR1 and at the end")->required();
}

void add_receive(CLI::App &app, ReceiveOptions &options) {
	auto *verb = app.add_subcommand("receive", "Count numbered UDP datagrams until SIGTERM");
	verb->add_option("--port", options.port, "UDP port")->required();
	verb->add_option("--bind", options.bind, "Local address (default 0.0.0.0)");
	verb->add_option("--buffer", options.buffer, "Bytes of socket buffer")->check(CLI::Range(4 << 10, 1 << 30));
	verb->add_option("--json", options.json, "Report; written once listening, on SIGUSR1 and at the end")
	    ->required();
	verb->add_option("--timeline", options.timeline, "Append every hole and late packet, one JSON object a line");
}

void add_stream(CLI::App &app, StreamOptions &options, bool server) {
	auto *verb = app.add_subcommand(server ? "tcp-serve" : "tcp-stream",
					server ? "Answer a checked TCP stream" : "Keep a checked TCP stream open");
	if (server)
		options.address = "0.0.0.0";
	verb->add_option(server ? "--bind" : "--to", options.address, "Address")->required(!server);
	verb->add_option("--port", options.port, "TCP port")->required();
	verb->add_option("--rate", options.rate, "Bytes a second to send");
	if (!server)
		verb->add_option("--duration", options.duration_s, "Seconds to run; until SIGTERM without it");
	verb->add_option("--json", options.json, "Report; rewritten on SIGUSR1 and at the end")->required();
}

} // namespace

int main(int argc, char **argv) {
	CLI::App app("Traffic that knows what is missing", "failover-traffic");
	app.require_subcommand(1);
	SendOptions send;
	ReceiveOptions receive;
	StreamOptions serve, stream;
	add_send(app, send);
	add_receive(app, receive);
	add_stream(app, serve, true);
	add_stream(app, stream, false);
	CLI11_PARSE(app, argc, argv);

	const auto status = app.got_subcommand("send")        ? run_sender(send)
			    : app.got_subcommand("receive")   ? run_receiver(receive)
			    : app.got_subcommand("tcp-serve") ? run_stream_server(serve)
							      : run_stream_client(stream);
	if (status)
		return 0;
	std::fprintf(stderr, "failover-traffic: %s\n", status.error().message.c_str());
	return 1;
}
