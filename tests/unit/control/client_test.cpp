// SPDX-License-Identifier: GPL-2.0-only
#include "control/client.hpp"
#include "control/daemon_source.hpp"
#include "control/types_json.hpp"
#include "running_server.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <sys/socket.h>

using namespace failover;
using namespace failover::control;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// A client whose other end answers with fixed bytes (and then closes, or stays).
struct Canned {
	explicit Canned(const std::string &bytes, bool stay = false) {
		int pair[2];
		REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
		ours = UniqueFd(pair[0]);
		REQUIRE(::send(pair[1], bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
		if (stay)
			theirs = UniqueFd(pair[1]);
		else
			::close(pair[1]);
	}
	[[nodiscard]] Client client(std::chrono::milliseconds timeout = 5s) {
		return Client::over(std::move(ours), timeout);
	}
	UniqueFd ours;
	UniqueFd theirs;
};

} // namespace

TEST_CASE("The client reads what the service says", "[client]") {
	const RunningServer server;
	Client client = server.client();
	CHECK(client.list().value() == std::vector<MasterState>{sample_master()});
	CHECK(client.show("ens3").value() == sample_master());
	CHECK(client.version().value().pid == 42);
	CHECK(client.probe().value().capabilities.front().name == "tcx");
	CHECK(client.history({}).value().empty());
	CHECK(client.switch_active({"ens3", "standby"}).value() == *sample_master().last);
	CHECK(client.attach({"eth0", "eth1"}).value().name == "ens3");
	CHECK(client.detach("ens3"));
	CHECK(client.reload().value() == 2);
	DaemonSource source(client);
	CHECK(source.masters().value().size() == 1);
	CHECK(source.origin() == StateOrigin::Daemon);
}

TEST_CASE("The client keeps the name of an error and makes a sentence of it", "[client]") {
	const RunningServer server;
	Client client = server.client();
	const auto unknown = client.show("ens9");
	REQUIRE_FALSE(unknown);
	CHECK(unknown.error().is(kNoSuchMaster));
	CHECK(unknown.error().message() == "no master is called 'ens9'");
	CHECK(client.switch_active({"ens3", "nobody"}).error().message() == "master 'ens3' has no slave 'nobody'");
	CHECK(client.attach({"eth0", {}}).error().message() == "refused: no NIC of the same MAC was found");
	CHECK(client.call("io.failover.Explode").error().message() ==
	      "failoverd does not know the method 'io.failover.Explode'; is it older than this program?");
}

TEST_CASE("A client without the right to change things is told what it takes", "[client]") {
	const RunningServer server(false);
	Client client = server.client();
	const auto denied = client.reload();
	REQUIRE_FALSE(denied);
	CHECK(denied.error().is(kNotPermitted));
	CHECK(denied.error().message() == "this needs root or CAP_NET_ADMIN");
}

TEST_CASE("Following events ends when the reader has enough", "[client]") {
	const RunningServer server;
	Client client = server.client();
	int seen = 0;
	const auto ended = client.follow({}, [&](const EventRecord &event) {
		CHECK(event == sample_event());
		return ++seen < 3;
	});
	CHECK(ended);
	CHECK(seen == 3);
}

TEST_CASE("A daemon that is not there is an error that names the socket", "[client]") {
	const test::TempDir directory;
	const auto nobody = Client::connect(directory / "socket");
	REQUIRE_FALSE(nobody);
	CHECK(nobody.error().code == ENOENT);
	CHECK(nobody.error().message ==
	      "connecting to failoverd at " + directory / "socket" + ": No such file or directory");
	CHECK_FALSE(Client::connect(""));
	CHECK_FALSE(Client::connect(std::string(200, 'x')));
}

TEST_CASE("A daemon that hangs costs no more than the timeout", "[client]") {
	Canned silent("", true);
	Client client = silent.client(10ms);
	const auto reply = client.list();
	REQUIRE_FALSE(reply);
	CHECK(reply.error().transport.code == ETIMEDOUT);
	CHECK(reply.error().message() == "failoverd did not answer within 10 ms");
}

TEST_CASE("Replies that make no sense are errors, not crashes", "[client]") {
	struct Row {
		std::string bytes;
		const char *message;
	};
	const auto row = GENERATE(values<Row>({
	    {"", "failoverd closed the connection without an answer"},
	    {"{\"parameters\":", "failoverd closed the connection without an answer"},
	    {"SSH-2.0\0"s, "failoverd's reply: message is not JSON"},
	    {"{\"parameters\":7}\0"s, "reply: 'parameters' is a JSON number"},
	    {"{\"error\":7}\0"s, "reply: 'error' is a JSON number"},
	    {"{\"parameters\":{}}\0"s, "failoverd's reply lacks a valid 'masters'"},
	    {"{\"parameters\":{\"masters\":[{\"name\":1}]}}\0"s, "failoverd's reply lacks a valid 'masters[0].name'"},
	}));
	Canned other(row.bytes);
	Client client = other.client();
	const auto reply = client.list();
	REQUIRE_FALSE(reply);
	CHECK(reply.error().name.empty());
	CAPTURE(reply.error().message());
	CHECK(reply.error().message().find(row.message) == 0);
}

TEST_CASE("Being turned away at the door is told with the server's own words", "[client]") {
	Canned full(R"({"error":"io.failover.Refused","parameters":{"reason":"too many connections"}})"s + '\0');
	Client client = full.client();
	const auto reply = client.list();
	REQUIRE_FALSE(reply);
	CHECK(reply.error().message() == "refused: too many connections");
}
