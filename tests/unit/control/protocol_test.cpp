// SPDX-License-Identifier: GPL-2.0-only
// What a call gets for an answer.
#include "control/interface.hpp"
#include "control/types_json.hpp"
#include "server_fixture.hpp"

using namespace failover::control;
using namespace std::string_literals;

TEST_CASE("The service tells what it is and describes its interfaces", "[server]") {
	ServerFixture fixture;
	Wire wire(fixture);
	const Json info = wire.ask("org.varlink.service.GetInfo")["parameters"];
	CHECK(info["product"] == "failoverd");
	CHECK(info["interfaces"] == Json{"org.varlink.service", "io.failover"});

	const std::string method = "org.varlink.service.GetInterfaceDescription";
	CHECK(wire.ask(method, {{"interface", "io.failover"}})["parameters"]["description"] == interface_description());
	CHECK(wire.ask(method, {{"interface", "org.varlink.service"}})["parameters"]["description"] ==
	      service_interface_description());
	const Json unknown = wire.ask(method, {{"interface", "io.other"}});
	CHECK(unknown["error"] == "org.varlink.service.InterfaceNotFound");
	CHECK(unknown["parameters"]["interface"] == "io.other");
	CHECK(wire.ask(method)["error"] == "org.varlink.service.InvalidParameter");
}

TEST_CASE("Every method of the interface description is answered", "[server]") {
	ServerFixture fixture;
	Wire wire(fixture);
	const std::string text(interface_description());
	std::size_t methods = 0;
	for (std::size_t at = text.find("\nmethod "); at != std::string::npos; at = text.find("\nmethod ", at + 1)) {
		const std::size_t begin = at + 8;
		const std::string name = text.substr(begin, text.find('(', begin) - begin);
		CAPTURE(name);
		const Json reply = wire.ask("io.failover." + name);
		CHECK(reply.value("error", "") != "org.varlink.service.MethodNotFound");
		CHECK(reply.contains("parameters"));
		++methods;
	}
	CHECK(methods == 10);
}

TEST_CASE("Masters are listed and shown as the types say", "[server]") {
	ServerFixture fixture;
	Wire wire(fixture);
	CHECK(wire.ask("io.failover.List")["parameters"] == Json{{"masters", {to_json(sample_master())}}});
	CHECK(wire.ask("io.failover.Show", {{"master", "ens3"}})["parameters"]["master"] == to_json(sample_master()));
	const Json unknown = wire.ask("io.failover.Show", {{"master", "ens9"}});
	CHECK(unknown["error"] == "io.failover.NoSuchMaster");
	CHECK(unknown["parameters"]["master"] == "ens9");
}

TEST_CASE("Methods and interfaces that do not exist are named in the error", "[server]") {
	ServerFixture fixture;
	Wire wire(fixture);
	const Json method = wire.ask("io.failover.Explode");
	CHECK(method["error"] == "org.varlink.service.MethodNotFound");
	CHECK(method["parameters"]["method"] == "io.failover.Explode");
	CHECK(wire.ask("io.other.List")["error"] == "org.varlink.service.InterfaceNotFound");
	CHECK(wire.ask("List")["error"] == "org.varlink.service.InterfaceNotFound");
}

TEST_CASE("A wrong parameter is named", "[server]") {
	struct Row {
		const char *method;
		Json parameters;
		const char *wrong;
	};
	const auto row = GENERATE(values<Row>({
	    {"Show", {{"master", 3}}, "master"},
	    {"Show", Json::object(), "master"},
	    {"Switch", {{"master", "ens3"}, {"to", false}}, "to"},
	    {"History", {{"limit", "ten"}}, "limit"},
	    {"History", {{"limit", -1}}, "limit"},
	    {"History", {{"Limit", 1}}, "Limit"},
	    {"Attach", {{"standby", "eth0"}, {"primary", 1}}, "primary"},
	}));
	ServerFixture fixture;
	Wire wire(fixture);
	const Json reply = wire.ask("io.failover."s + row.method, row.parameters);
	CHECK(reply["error"] == "org.varlink.service.InvalidParameter");
	CHECK(reply["parameters"]["parameter"] == row.wrong);
	CHECK(fixture.service.switched_to.empty());
}

TEST_CASE("Everybody may read, only the privileged may change", "[server]") {
	ServerFixture fixture;
	fixture.caller.privileged = false;
	Wire wire(fixture);
	CHECK_FALSE(wire.ask("io.failover.List").contains("error"));
	const auto method = GENERATE("Switch", "Attach", "Detach", "Reload");
	const Json reply = wire.ask("io.failover."s + method, {{"master", "ens3"}, {"to", "standby"}});
	CHECK(reply["error"] == "io.failover.NotPermitted");
	CHECK(reply["parameters"]["needed"] == "root or CAP_NET_ADMIN");
	CHECK(fixture.service.switched_to.empty());
}

TEST_CASE("Changing methods answer with what came of it", "[server]") {
	ServerFixture fixture;
	Wire wire(fixture);
	const Json switched = wire.ask("io.failover.Switch", {{"master", "ens3"}, {"to", "standby"}});
	CHECK(switched["parameters"]["switch"] == to_json(*sample_master().last));
	CHECK(fixture.service.switched_to == std::vector<std::string>{"standby"});
	CHECK(wire.ask("io.failover.Switch", {{"master", "ens3"}, {"to", "nobody"}})["error"] ==
	      "io.failover.NoSuchSlave");
	CHECK(wire.ask("io.failover.Attach", {{"standby", "eth0"}})["parameters"]["reason"] ==
	      "no NIC of the same MAC was found");
	CHECK(wire.ask("io.failover.Attach",
		       {{"standby", "eth0"}, {"primary", "eth1"}})["parameters"]["master"]["name"] == "ens3");
	CHECK(wire.ask("io.failover.Detach", {{"master", "ens3"}}) == Json{{"parameters", Json::object()}});
	CHECK(wire.ask("io.failover.Reload")["parameters"]["masters"] == 2);
}

TEST_CASE("A oneway call is carried out and not answered", "[server]") {
	ServerFixture fixture;
	Wire wire(fixture);
	wire.send({{"method", "io.failover.Switch"},
		   {"parameters", {{"master", "ens3"}, {"to", "standby"}}},
		   {"oneway", true}});
	// The next answer belongs to the next call.
	CHECK(wire.ask("io.failover.Version")["parameters"]["pid"] == 42);
	CHECK(fixture.service.switched_to.size() == 1);
}

TEST_CASE("A oneway call counts although its sender is gone", "[server]") {
	ServerFixture fixture;
	Wire wire(fixture);
	const std::string call = encode({{"method", "io.failover.Switch"},
					 {"parameters", {{"master", "ens3"}, {"to", "standby"}}},
					 {"oneway", true}});
	REQUIRE(::send(wire.fd(), call.data(), call.size(), 0) == static_cast<ssize_t>(call.size()));
	wire.close();
	REQUIRE(fixture.run_until([&] { return fixture.server->connections() == 0; }));
	CHECK(fixture.service.switched_to.size() == 1);
}

TEST_CASE("An answer may come later and the next call waits its turn", "[server]") {
	ServerFixture fixture;
	fixture.service.hold_switch = true;
	Wire wire(fixture);
	wire.send({{"method", "io.failover.Switch"}, {"parameters", {{"master", "ens3"}, {"to", "standby"}}}});
	wire.send({{"method", "io.failover.Version"}});
	REQUIRE(fixture.run_until([&] { return fixture.service.held.size() == 1; }));
	fixture.settle();
	fixture.service.held.front()(*sample_master().last);
	CHECK(wire.receive()["parameters"]["switch"]["to"] == "vf0");
	CHECK(wire.receive()["parameters"]["pid"] == 42);
}

TEST_CASE("A call taken up after a held oneway call is answered without anything new arriving", "[server]") {
	ServerFixture fixture;
	fixture.service.hold_switch = true;
	Wire wire(fixture);
	wire.send_bytes(encode({{"method", "io.failover.Switch"},
				{"parameters", {{"master", "ens3"}, {"to", "standby"}}},
				{"oneway", true}}) +
			encode({{"method", "io.failover.Version"}}));
	REQUIRE(fixture.run_until([&] { return fixture.service.held.size() == 1; }));
	fixture.settle();
	fixture.service.held.front()(*sample_master().last);
	CHECK(wire.receive()["parameters"]["pid"] == 42);
}

TEST_CASE("A request the service forgets is answered with a refusal", "[server]") {
	ServerFixture fixture;
	fixture.service.hold_switch = true;
	Wire wire(fixture);
	wire.send({{"method", "io.failover.Switch"}, {"parameters", {{"master", "ens3"}, {"to", "standby"}}}});
	REQUIRE(fixture.run_until([&] { return fixture.service.held.size() == 1; }));
	fixture.service.held.clear();
	CHECK(wire.receive()["error"] == "io.failover.Refused");
}

TEST_CASE("An answer for a client that left goes nowhere", "[server]") {
	ServerFixture fixture;
	fixture.service.hold_switch = true;
	Wire wire(fixture);
	wire.send({{"method", "io.failover.Switch"}, {"parameters", {{"master", "ens3"}, {"to", "standby"}}}});
	REQUIRE(fixture.run_until([&] { return fixture.service.held.size() == 1; }));
	wire.close();
	REQUIRE(fixture.run_until([&] { return fixture.server->connections() == 0; }));
	fixture.service.held.front()(*sample_master().last);
	Wire other(fixture);
	CHECK(other.ask("io.failover.Version")["parameters"]["pid"] == 42);
}

TEST_CASE("A client that sends no more still gets its answer", "[server]") {
	ServerFixture fixture;
	Wire wire(fixture);
	const std::string call = encode({{"method", "io.failover.Version"}});
	REQUIRE(::send(wire.fd(), call.data(), call.size(), 0) == static_cast<ssize_t>(call.size()));
	REQUIRE(::shutdown(wire.fd(), SHUT_WR) == 0);
	CHECK(wire.receive()["parameters"]["pid"] == 42);
	CHECK(wire.ended());
}
