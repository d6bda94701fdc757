// SPDX-License-Identifier: GPL-2.0-only
#include "render/metrics.hpp"
#include "scenes.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <regex>
#include <sstream>

using namespace failover::ctl;
using namespace failover::control;

namespace {

const VersionInfo kDaemon{"0.1.0", 1, "6.12.0", 42, 1'700'000'000'000'000};

bool has_line(const std::string &text, const std::string &line) {
	return text.find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("Metrics hold state and counters of every slave", "[metrics]") {
	const std::string text = render_metrics({sample_master()}, kDaemon);
	CHECK(has_line(text, "failover_up 1"));
	CHECK(has_line(text, R"(failover_build_info{version="0.1.0",abi="1",kernel="6.12.0"} 1)"));
	CHECK(has_line(text, R"(failover_master_redundant{master="ens3"} 1)"));
	CHECK(has_line(text, R"(failover_master_switches_total{master="ens3"} 3)"));
	CHECK(has_line(text, R"(failover_last_switch_duration_seconds{master="ens3",cause="failback"} 0.00184)"));
	CHECK(has_line(text, R"(failover_slave_active{master="ens3",slave="vf0",role="primary"} 1)"));
	CHECK(has_line(text, R"(failover_slave_active{master="ens3",slave="virtio0",role="standby"} 0)"));
	CHECK(
	    has_line(text, R"(failover_slave_transmit_bytes_total{master="ens3",slave="vf0",role="primary"} 900000)"));
	CHECK(has_line(
	    text,
	    R"(failover_slave_receive_duplicate_packets_total{master="ens3",slave="virtio0",role="standby"} 650)"));
	CHECK(has_line(text, "failover_slave_health{master=\"ens3\",slave=\"virtio0\",role=\"standby\","
			     "failover_slave_health=\"ready\"} 1"));
	CHECK(text.ends_with("\n# EOF\n"));

	CHECK(has_line(text, R"(failover_slave_doubted{master="ens3",slave="vf0",role="primary"} 0)"));

	const std::string doubted = render_metrics({scene_doubted()}, kDaemon);
	CHECK(has_line(doubted, R"(failover_slave_doubted{master="ens3",slave="vf0",role="primary"} 1)"));
	CHECK(has_line(doubted, R"(failover_slave_doubted{master="ens3",slave="virtio0",role="standby"} 0)"));
	CHECK(has_line(doubted, R"(failover_master_redundant{master="ens3"} 0)"));

	const std::string dark = render_metrics({scene_dark()}, std::nullopt);
	CHECK(has_line(dark, "failover_up 0"));
	CHECK(has_line(dark, R"(failover_master_path{master="ens3"} 0)"));
	CHECK(has_line(dark, R"(failover_master_redundant{master="ens3"} 0)"));
	CHECK(dark.find("failover_build") == std::string::npos);

	CHECK(has_line(dark, R"(failover_master_unanswered{master="ens3"} 0)"));
	CHECK(has_line(render_metrics({scene_silent()}, kDaemon), R"(failover_master_unanswered{master="ens3"} 1)"));
}

TEST_CASE("Labels are escaped", "[metrics]") {
	auto master = sample_master();
	master.name = "a\"b\\c\nd";
	CHECK(has_line(render_metrics({master}, std::nullopt), R"(failover_master_path{master="a\"b\\c\nd"} 1)"));
}

TEST_CASE("Metrics follow the grammar of OpenMetrics", "[metrics]") {
	std::istringstream lines(render_metrics({sample_master(), scene_dark()}, kDaemon));
	const std::regex comment(R"(# (TYPE|UNIT|HELP) (failover_[a-z_]+) (.+))");
	const std::regex sample(
	    R"((failover_[a-z_]+)(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? -?[0-9.e+-]+)");
	std::map<std::string, std::string> types;
	std::string family;
	std::string last;
	std::smatch found;
	for (std::string line; std::getline(lines, line); last = line) {
		CAPTURE(line);
		if (std::regex_match(line, found, comment)) {
			if (found[1] == "TYPE") {
				// A family is begun once, and its samples follow at once.
				REQUIRE(types.emplace(found[2], found[3]).second);
				family = found[2];
			}
			REQUIRE(found[2] == family);
			if (found[1] == "UNIT")
				REQUIRE(family.ends_with("_" + found[3].str()));
		} else if (line != "# EOF") {
			REQUIRE(std::regex_match(line, found, sample));
			const std::string suffix = types[family] == "counter" ? "_total"
						   : types[family] == "info"  ? "_info"
									      : "";
			REQUIRE(found[1] == family + suffix);
		}
	}
	CHECK(last == "# EOF");
	CHECK(types.size() > 15);
}
