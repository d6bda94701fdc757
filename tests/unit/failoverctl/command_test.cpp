// SPDX-License-Identifier: GPL-2.0-only
// The whole program against a whole server: what it prints and what it ends with.
#include "../control/running_server.hpp"
#include "command_line.hpp"
#include "completion.hpp"
#include "control/types_json.hpp"
#include "kernel_source.hpp"
#include "scenes.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>

using namespace failover;
using namespace failover::ctl;
using namespace failover::control;

namespace {

/// Sends a descriptor of this process into a file for a while.
class Redirected {
public:
	explicit Redirected(int fd) : fd_(fd), kept_(::dup(fd)), file_(::open("/tmp", O_TMPFILE | O_RDWR, 0600)) {
		::fflush(nullptr);
		REQUIRE(::dup2(file_.get(), fd_) == fd_);
	}
	Redirected(const Redirected &) = delete;
	Redirected &operator=(const Redirected &) = delete;
	~Redirected() { give_back(); }
	[[nodiscard]] std::string text() {
		give_back();
		std::string all;
		char chunk[4096];
		off_t at = 0;
		for (ssize_t got; (got = ::pread(file_.get(), chunk, sizeof(chunk), at)) > 0; at += got)
			all.append(chunk, static_cast<std::size_t>(got));
		return all;
	}

private:
	void give_back() {
		::fflush(nullptr);
		if (kept_)
			::dup2(kept_.get(), fd_);
		kept_.reset();
	}
	int fd_;
	UniqueFd kept_;
	UniqueFd file_;
};

struct Outcome {
	int code;
	std::string out;
	std::string err;
};

Outcome run(const std::vector<std::string> &arguments) {
	std::vector<const char *> argv = {"failoverctl"};
	for (const std::string &argument : arguments)
		argv.push_back(argument.c_str());
	Redirected out(STDOUT_FILENO);
	Redirected err(STDERR_FILENO);
	const int code = run_command(static_cast<int>(argv.size()), argv.data());
	return {code, out.text(), err.text()};
}

Outcome run(const RunningServer &server, std::vector<std::string> arguments) {
	arguments.insert(arguments.end(), {"--socket", server.path()});
	return run(arguments);
}

FakeService eventful() {
	FakeService service;
	service.past = {sample_event()};
	return service;
}

} // namespace

TEST_CASE("State is printed as the JSON of the interface", "[command]") {
	const RunningServer server(true, eventful());
	const auto json = [&](const std::vector<std::string> &arguments) {
		const Outcome outcome = run(server, arguments);
		CHECK(outcome.code == kOk);
		CHECK(outcome.err.empty());
		return Json::parse(outcome.out);
	};
	const Json masters = {{"masters", {to_json(sample_master())}}};
	CHECK(json({"list", "--json"}) == masters);
	CHECK(json({"status", "--json"}) == masters);
	CHECK(json({"--json", "status", "ens3"}) == masters);
	CHECK(json({"--json"}) == masters);
	CHECK(json({"stats", "--json"}) == masters);
	CHECK(json({"show", "ens3", "--json"}) == Json{{"master", to_json(sample_master())}});
	CHECK(json({"events", "--json"}) == Json{{"events", {to_json(sample_event())}}});
	CHECK(json({"switch", "ens3", "standby", "--json"}) == Json{{"switch", to_json(*sample_master().last)}});
	CHECK(json({"probe", "--json"})["capabilities"][0]["name"] == "tcx");
	CHECK(json({"version", "--json"})["failoverd"]["pid"] == 42);
	CHECK(json({"reload", "--json"}) == Json{{"masters", 2}});
	CHECK(json({"detach", "ens3", "--json"}) == Json::object());
}

TEST_CASE("Every verb that reads prints something for people", "[command]") {
	const RunningServer server(true, eventful());
	struct Row {
		std::vector<std::string> arguments;
		const char *part;
	};
	const auto row = GENERATE(values<Row>({
	    {{}, "ens3  traffic on vf0 (primary)"},
	    {{"status"}, "switch        virtio0"},
	    {{"show", "ens3"}, "Why: failback"},
	    {{"list"}, "1 master."},
	    {{"list", "--names"}, "ens3\n"},
	    {{"events", "ens3", "-n", "1"}, "failback"},
	    {{"stats"}, "12,000"},
	    {{"probe"}, "Backend: ebpf"},
	    {{"version"}, "running since"},
	    {{"metrics"}, "failover_up 1\n"},
	    {{"switch", "ens3", "standby"}, "ens3: virtio0"},
	    {{"attach", "eth0", "eth1"}, "traffic on vf0"},
	    {{"detach", "ens3"}, "detached"},
	    {{"reload"}, "2 masters"},
	    {{"completion", "bash"}, "complete -F _failoverctl failoverctl"},
	    {{"--version"}, "failoverctl " FAILOVER_VERSION},
	    {{"--help"}, "Exit codes"},
	}));
	const Outcome outcome = run(server, row.arguments);
	CAPTURE(outcome.out, outcome.err);
	CHECK(outcome.code == kOk);
	CHECK(outcome.out.find(row.part) != std::string::npos);
	CHECK(outcome.out.find('\x1b') == std::string::npos);
}

TEST_CASE("The exit code says what kind of failure it was", "[command]") {
	const RunningServer server;
	const RunningServer strict(false);
	CHECK(run(server, {"frobnicate"}).code == kUsage);
	CHECK(run(server, {"show"}).code == kUsage);
	CHECK(run(server, {"stats", "--watch", "0"}).code == kUsage);
	CHECK(run(server, {"status", "--color", "mauve"}).code == kUsage);
	CHECK(run(server, {"status", "ens9"}).code == kNoSuch);
	CHECK(run(server, {"show", "ens9"}).code == kNoSuch);
	CHECK(run(server, {"stats", "ens9"}).code == kNoSuch);
	CHECK(run(server, {"events", "ens9"}).code == kNoSuch);
	CHECK(run(server, {"monitor", "ens9"}).code == kNoSuch);
	CHECK(run(server, {"switch", "ens3", "nobody"}).code == kNoSuch);
	CHECK(run(server, {"attach", "eth0"}).code == kFailed);
	CHECK(run(strict, {"switch", "ens3", "standby"}).code == ctl::kNotPermitted);
	CHECK(run(strict, {"switch", "ens3", "standby"}).err ==
	      "failoverctl: this needs root or CAP_NET_ADMIN\nTry again with sudo.\n");
}

TEST_CASE("Doctor ends with its own code when it found something", "[command]") {
	const RunningServer well;
	// The sample lost one frame once: a note, no reason to raise an alarm.
	CHECK(run(well, {"doctor"}).code == kOk);
	FakeService service;
	service.masters = {scene_unplugged()};
	const RunningServer alone(true, service);
	const Outcome outcome = run(alone, {"doctor", "--json"});
	CHECK(outcome.code == kUnhealthy);
	CHECK(Json::parse(outcome.out)["healthy"] == false);
}

TEST_CASE("Without a daemon everything says so and what to do", "[command]") {
	const test::TempDir directory;
	const std::string nowhere = directory / "socket";
	const auto verb = GENERATE("status", "list", "stats", "metrics", "probe", "monitor", "events", "reload");
	const Outcome outcome = run({verb, "--socket", nowhere, "--pins", directory.path()});
	CAPTURE(verb);
	CHECK(outcome.code == kUnreachable);
	CHECK(outcome.err.find(nowhere) != std::string::npos);
	CHECK(outcome.err.find("systemctl start failoverd") != std::string::npos);
	CHECK(run({"doctor", "--socket", nowhere, "--pins", directory.path()}).code == kUnhealthy);
	CHECK(run({"version", "--socket", nowhere}).code == kOk);
	CHECK(run({"metrics", "--socket", nowhere, "--pins", directory.path()}).out.find("failover_up 0\n") !=
	      std::string::npos);
}

TEST_CASE("The kernel source says where it looked", "[command]") {
	const test::TempDir directory;
	const auto source = make_kernel_source(directory.path());
	CHECK(source->origin() == StateOrigin::Kernel);
	const auto masters = source->masters();
	REQUIRE_FALSE(masters);
	CHECK(masters.error().message ==
	      "the kernel has no failover state either: the kernel module is not loaded, nothing is pinned in " +
		  directory.path());
}

TEST_CASE("Completion knows every verb, its options and its arguments", "[command]") {
	Context context;
	CLI::App app("", "failoverctl");
	describe_command_line(app, context);
	const CommandHelp command = describe(app);
	CHECK(command.verbs.size() == 15);
	const auto shell = GENERATE("bash", "zsh", "fish");
	const std::string script = completion_script(shell, command);
	for (const VerbHelp &verb : command.verbs) {
		CAPTURE(shell, verb.name);
		CHECK(script.find(verb.name) != std::string::npos);
	}
	CHECK(script.find(shell == std::string("fish") ? "-l names" : "--names") != std::string::npos);
	CHECK(script.find("failoverctl list --names") != std::string::npos);
	CHECK(script.find("primary standby") != std::string::npos);
}
