// SPDX-License-Identifier: GPL-2.0-only
// What clients that misbehave, or are many, can do to the server: nothing.
#include "control/client.hpp"
#include "server_fixture.hpp"
#include "temp_dir.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace failover;
using namespace failover::control;
using namespace std::string_literals;

TEST_CASE("Nonsense is answered with the reason and the connection ends", "[server]") {
	struct Row {
		std::string bytes;
		const char *reason;
	};
	const auto row = GENERATE(values<Row>({
	    {"GET / HTTP/1.1\r\n\r\n\0"s, "message is not JSON"},
	    {"[]\0"s, "message is a JSON array, an object was expected"},
	    {"{}\0"s, "call: 'method' is missing, a string was expected"},
	    {"{\"method\":7}\0"s, "call: 'method' is a JSON number, a string was expected"},
	    {"{\"method\":\"a.B\",\"parameters\":[]}\0"s, "call: 'parameters' is a JSON array, an object was expected"},
	    {"{\"method\":\"a.B\",\"more\":1}\0"s, "call: 'more' is a JSON number, true or false was expected"},
	    {std::string(70'000, ' '), "message is longer than 65536 bytes"},
	    {"{\"a\":"s + std::string(40, '['), nullptr},
	}));
	ServerFixture fixture;
	Wire wire(fixture);
	wire.send_bytes(row.bytes);
	if (row.reason == nullptr) {
		// Not a whole message yet: the server waits and goes on serving others.
		Wire other(fixture);
		CHECK(other.ask("io.failover.Version")["parameters"]["pid"] == 42);
		CHECK(fixture.server->connections() == 2);
		return;
	}
	const Json reply = wire.receive();
	CHECK(reply["error"] == "io.failover.Refused");
	CHECK(reply["parameters"]["reason"] == row.reason);
	CHECK(wire.ended());
	CHECK(fixture.server->connections() == 0);
	CHECK(fixture.service.dropped == std::vector<std::string>{row.reason});
}

TEST_CASE("A call that comes byte by byte is answered", "[server]") {
	ServerFixture fixture;
	Wire wire(fixture);
	for (const char byte : encode({{"method", "io.failover.Version"}}))
		wire.send_bytes(std::string_view(&byte, 1));
	CHECK(wire.receive()["parameters"]["pid"] == 42);
}

TEST_CASE("Calls sent at once are answered in their order", "[server]") {
	ServerFixture fixture;
	Wire wire(fixture);
	std::string calls;
	for (int i = 0; i < 500; ++i)
		calls += encode({{"method", "io.failover.Show"}, {"parameters", {{"master", std::to_string(i)}}}});
	wire.send_bytes(calls);
	for (int i = 0; i < 500; ++i)
		REQUIRE(wire.receive()["parameters"]["master"] == std::to_string(i));
}

TEST_CASE("Followers get past events, then what happens to their master", "[events]") {
	ServerFixture fixture;
	fixture.service.past = {sample_event(), sample_event(), sample_event()};
	fixture.service.past.back().message = "the youngest";
	Wire all(fixture);
	Wire one(fixture);
	const Json first =
	    all.ask_message({{"method", "io.failover.Events"}, {"parameters", {{"limit", 1}}}, {"more", true}});
	CHECK(first["continues"] == true);
	CHECK(first["parameters"]["event"]["message"] == "the youngest");
	one.send(
	    {{"method", "io.failover.Events"}, {"parameters", {{"limit", 0}, {"master", "ens3"}}}, {"more", true}});
	REQUIRE(fixture.run_until([&] { return fixture.server->subscribers() == 2; }));

	EventRecord elsewhere = sample_event();
	elsewhere.master = "ens8";
	elsewhere.message = "elsewhere";
	fixture.server->broadcast(elsewhere);
	fixture.server->broadcast(sample_event());
	CHECK(all.receive()["parameters"]["event"]["message"] == "elsewhere");
	CHECK(all.receive()["parameters"]["event"]["switch"]["cause"] == "failback");
	CHECK(one.receive()["parameters"]["event"]["master"] == "ens3");
}

TEST_CASE("Events without 'more' are refused, History is one reply", "[events]") {
	ServerFixture fixture;
	fixture.service.past = {sample_event(), sample_event()};
	Wire wire(fixture);
	CHECK(wire.ask("io.failover.Events")["error"] == "org.varlink.service.ExpectedMore");
	CHECK(wire.ask("io.failover.History")["parameters"]["events"].size() == 2);
	CHECK(wire.ask("io.failover.History", {{"limit", 1}})["parameters"]["events"].size() == 1);
	CHECK(wire.ask("io.failover.History", {{"master", "ens9"}})["error"] == "io.failover.NoSuchMaster");
	CHECK(wire.ask_message(
		  {{"method", "io.failover.Events"}, {"parameters", {{"master", "ens9"}}}, {"more", true}})["error"] ==
	      "io.failover.NoSuchMaster");
	CHECK(fixture.server->subscribers() == 0);
}

TEST_CASE("A follower that does not read is told and let go, the others miss nothing", "[events]") {
	ServerOptions options;
	options.max_backlog = 4096;
	ServerFixture fixture(options);
	Wire slow(fixture, fixture.connect(4096));
	Wire quick(fixture);
	for (Wire *wire : {&slow, &quick})
		wire->send({{"method", "io.failover.Events"}, {"parameters", {{"limit", 0}}}, {"more", true}});
	REQUIRE(fixture.run_until([&] { return fixture.server->subscribers() == 2; }));

	std::size_t sent = 0;
	while (fixture.server->subscribers() == 2 && sent < 1000) {
		fixture.server->broadcast(sample_event());
		++sent;
		REQUIRE(quick.receive()["parameters"]["event"]["kind"] == "switch");
	}
	REQUIRE(sent < 1000);
	CHECK(fixture.service.dropped.size() == 1);

	std::size_t read = 0;
	Json message = slow.receive();
	for (; message.contains("continues"); message = slow.receive())
		++read;
	CHECK(message["error"] == "io.failover.TooSlow");
	CHECK(message["parameters"]["missed"] == sent - read);
	CHECK(slow.ended());
	CHECK(fixture.server->connections() == 1);
}

TEST_CASE("A follower that is let go in the middle of an event still gets that event whole", "[events]") {
	ServerOptions options;
	options.max_backlog = 1024;
	ServerFixture fixture(options);
	Wire slow(fixture, fixture.connect(4096));
	slow.send({{"method", "io.failover.Events"}, {"more", true}});
	REQUIRE(fixture.run_until([&] { return fixture.server->subscribers() == 1; }));
	EventRecord large = sample_event();
	large.message.assign(500'000, 'x');
	fixture.server->broadcast(large);
	fixture.server->broadcast(large);
	CHECK(fixture.server->subscribers() == 0);
	CHECK(slow.receive()["parameters"]["event"]["message"] == large.message);
	const Json last = slow.receive();
	CHECK(last["error"] == "io.failover.TooSlow");
	CHECK(last["parameters"]["missed"] == 1);
}

TEST_CASE("A follower that never reads at all is gone after the farewell time", "[events]") {
	ServerOptions options;
	options.max_backlog = 1024;
	options.farewell_us = 1000;
	ServerFixture fixture(options);
	Wire slow(fixture, fixture.connect(4096));
	slow.send({{"method", "io.failover.Events"}, {"more", true}});
	REQUIRE(fixture.run_until([&] { return fixture.server->subscribers() == 1; }));
	for (int i = 0; i < 1000 && fixture.server->subscribers() == 1; ++i)
		fixture.server->broadcast(sample_event());
	CHECK(fixture.run_until([&] { return fixture.server->connections() == 0; }));
}

TEST_CASE("A client that asks without reading is not read from", "[server]") {
	ServerFixture fixture;
	fixture.service.masters.assign(64, sample_master());
	Wire greedy(fixture, fixture.connect(4096));
	const std::string call = encode({{"method", "io.failover.List"}});
	int taken = 0;
	for (; taken < 100'000; ++taken) {
		if (::send(greedy.fd(), call.data(), call.size(), MSG_DONTWAIT) < 0)
			break;
		fixture.settle();
	}
	CHECK(taken < 100'000);
	// Everything is still answered once it does read.
	for (int i = 0; i < 20; ++i)
		REQUIRE(greedy.receive()["parameters"]["masters"].size() == 64);
}

TEST_CASE("Too many clients are turned away with a reason, room is kept for the privileged", "[server]") {
	ServerOptions options;
	options.max_connections = 6;
	options.reserved_for_privileged = 2;
	options.max_connections_per_uid = 3;
	ServerFixture fixture(options);
	std::vector<UniqueFd> open;
	const auto admitted = [&](uid_t uid, bool privileged) {
		fixture.caller = {uid, 1, privileged};
		const std::size_t before = fixture.server->connections();
		Wire wire(fixture, UniqueFd(fixture.connect()));
		if (fixture.server->connections() == before) {
			CHECK(wire.receive()["parameters"]["reason"] ==
			      "too many connections to failoverd; close some");
			CHECK(wire.ended());
			return false;
		}
		open.emplace_back(::dup(wire.fd()));
		return true;
	};
	CHECK(admitted(1000, false));
	CHECK(admitted(1000, false));
	CHECK(admitted(1000, false));
	CHECK_FALSE(admitted(1000, false));
	CHECK(admitted(1001, false));
	CHECK_FALSE(admitted(1002, false));
	CHECK(admitted(0, true));
	CHECK(admitted(0, true));
	CHECK_FALSE(admitted(0, true));
	open.clear();
	REQUIRE(fixture.run_until([&] { return fixture.server->connections() == 0; }));
	CHECK(admitted(1002, false));
}

TEST_CASE("The socket is open to everyone, replaces a dead one and respects a live one", "[server]") {
	const test::TempDir directory;
	const std::string path = directory / "socket";
	{
		ServerFixture fixture;
		REQUIRE(fixture.server->listen(path));
		struct stat there {};
		REQUIRE(::stat(path.c_str(), &there) == 0);
		CHECK((there.st_mode & 07777) == 0666);
		REQUIRE(Client::connect(path));

		ServerFixture second;
		const auto refused = second.server->listen(path);
		REQUIRE_FALSE(refused);
		CHECK(refused.error().message == "control socket " + path + ": another failoverd listens there");
	}
	CHECK(::access(path.c_str(), F_OK) != 0);

	// What a daemon that was killed leaves behind.
	{
		const UniqueFd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
		sockaddr_un address{};
		address.sun_family = AF_UNIX;
		path.copy(address.sun_path, sizeof(address.sun_path) - 1);
		REQUIRE(::bind(dead.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)) == 0);
	}
	ServerFixture third;
	CHECK(third.server->listen(path));
	CHECK(Client::connect(path));
}

TEST_CASE("A file in the way of the socket is left alone", "[server]") {
	const test::TempDir directory;
	const UniqueFd file(::open((directory / "socket").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	ServerFixture fixture;
	const auto refused = fixture.server->listen(directory / "socket");
	REQUIRE_FALSE(refused);
	CHECK(refused.error().message.find("not a socket") != std::string::npos);
	CHECK(fixture.server->listen(std::string(200, 'x')).error().message.find("1 to 107 bytes") !=
	      std::string::npos);
}
