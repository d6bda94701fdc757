// SPDX-License-Identifier: GPL-2.0-only
#include "checks.hpp"
#include "render/doctor.hpp"
#include "scenes.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace failover::ctl;
using namespace failover::control;

namespace {

constexpr std::int64_t kNow = 1'700'000'192'000'000;

Evidence healthy() {
	auto master = sample_master();
	for (auto &slave : master.slaves)
		slave.counters.tx_no_path = 0;
	Evidence evidence;
	evidence.own_version = "0.1.0";
	evidence.own_abi = 1;
	evidence.daemon = VersionInfo{"0.1.0", 1, "6.12.0", 42, kNow - 60'000'000};
	evidence.masters = {master};
	evidence.now = kNow;
	return evidence;
}

/// The checks that found something, worst or not, but not those that are content.
std::vector<std::string> complaints(const Evidence &evidence) {
	std::vector<std::string> names;
	for (const Finding &finding : examine(evidence)) {
		if (finding.severity == Severity::Ok)
			continue;
		CHECK_FALSE(finding.advice.empty());
		names.push_back(std::string(severity_name(finding.severity)) + " " + finding.check);
	}
	return names;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("A machine in order gives the doctor nothing to say", "[doctor]") {
	CHECK(complaints(healthy()).empty());
	CHECK_FALSE(unhealthy(examine(healthy())));
	CHECK(render_doctor(examine(healthy()), plain_view()) ==
	      R"(✓ failoverd 0.1.0 answers (pid 42, started 1min ago)
✓ ens3: traffic on vf0, another slave is ready

All is well.
)");
}

TEST_CASE("A daemon that is away or of another version is noticed", "[doctor]") {
	Evidence evidence = healthy();
	evidence.daemon.reset();
	evidence.daemon_error = "nobody listens";
	CHECK(complaints(evidence) == Names{"problem daemon"});
	CHECK(examine(evidence).front().message == "nobody listens");
	evidence.masters.reset();
	CHECK(complaints(evidence) == Names{"problem daemon"});

	evidence = healthy();
	evidence.daemon->version = "0.0.9";
	CHECK(complaints(evidence) == Names{"warning version"});
	evidence.daemon->abi = 2;
	CHECK(complaints(evidence) == Names{"problem version"});
}

TEST_CASE("No master at all is a warning", "[doctor]") {
	Evidence evidence = healthy();
	evidence.masters->clear();
	CHECK(complaints(evidence) == Names{"warning masters"});
}

TEST_CASE("A single path is a warning that fits the NIC that is missing", "[doctor]") {
	Evidence evidence = healthy();
	auto &master = evidence.masters->front();
	master.slaves[1].health = "gone";
	CHECK(complaints(evidence) == Names{"warning redundancy"});
	auto findings = examine(evidence);
	CHECK(findings.back().message == "no redundancy: virtio0 (standby) is gone");
	CHECK(findings.back().advice.find("Without the paravirtual NIC") == 0);

	master = scene_unplugged();
	master.slaves[1].counters.tx_no_path = 0;
	CHECK(complaints(evidence) == Names{"warning redundancy"});
	CHECK(examine(evidence).back().advice.find("Ask the hypervisor why") == 0);
}

TEST_CASE("No path is a problem", "[doctor]") {
	Evidence evidence = healthy();
	evidence.masters = {scene_dark()};
	evidence.masters->front().slaves[1].counters.tx_no_path = 0;
	CHECK(complaints(evidence) == Names{"problem path"});
}

TEST_CASE("Traffic that stays on the standby is noted", "[doctor]") {
	Evidence evidence = healthy();
	auto &master = evidence.masters->front();
	master.active = "virtio0";
	master.slaves[0].health = "ready";
	master.slaves[1].health = "active";
	CHECK(complaints(evidence) == Names{"note preferred"});
}

TEST_CASE("Four switches in ten minutes are flapping, unless an operator made them", "[doctor]") {
	Evidence evidence = healthy();
	EventRecord event = sample_event();
	event.time = kNow - 1'000'000;
	event.switch_record->cause = "carrier-loss";
	evidence.events.assign(3, event);
	CHECK(complaints(evidence).empty());
	evidence.events.push_back(event);
	CHECK(complaints(evidence) == Names{"warning flapping"});
	evidence.events.back().switch_record->cause = "operator";
	CHECK(complaints(evidence).empty());
	evidence.events.back() = event;
	evidence.events.back().time = kNow - 601'000'000;
	CHECK(complaints(evidence).empty());
	evidence.events.back() = event;
	evidence.events.back().master = "ens8";
	CHECK(complaints(evidence).empty());
}

TEST_CASE("A NIC that was refused is noted with the reason until it joins or is no longer asked for", "[doctor]") {
	Evidence evidence = healthy();
	const std::string reason = "ens3 has the primary vf0 already; vf1 stays as it is until that one is gone";
	const auto happened = [&](std::string kind, std::string slave, std::string message) {
		EventRecord event;
		event.time = kNow - 60'000'000;
		event.kind = std::move(kind);
		event.master = slave.empty() ? "" : "ens3";
		event.slave = std::move(slave);
		event.message = std::move(message);
		evidence.events.push_back(std::move(event));
	};
	happened("refused", "vf1", reason);
	happened("refused", "vf1", reason);
	CHECK(complaints(evidence) == Names{"note refused"});
	CHECK_FALSE(unhealthy(examine(evidence)));
	CHECK(examine(evidence).back().message == reason + " (1min ago)");
	happened("slave-joined", "vf0", "vf0 joined");
	CHECK(complaints(evidence) == Names{"note refused"});
	happened("slave-joined", "vf1", "vf1 joined");
	CHECK(complaints(evidence).empty());
	happened("refused", "vf1", reason);
	happened("config", "", "configuration read again");
	CHECK(complaints(evidence).empty());
	happened("refused", "vf1", reason);
	evidence.events.back().master = "ens8";
	CHECK(complaints(evidence).empty());
}

TEST_CASE("Slaves must carry the master's MTU and MAC, a NIC that is gone need not", "[doctor]") {
	Evidence evidence = healthy();
	auto &standby = evidence.masters->front().slaves[1];
	standby.mtu = 1400;
	CHECK(complaints(evidence) == Names{"problem mtu"});
	standby.mtu = 9000;
	CHECK(complaints(evidence).empty());
	standby.mac = "52:54:00:00:00:01";
	CHECK(complaints(evidence) == Names{"problem mac"});
	standby.mtu = 1400;
	standby.health = "gone";
	CHECK(complaints(evidence) == Names{"warning redundancy"});
}

TEST_CASE("Floods of duplicates and reflected frames are warnings, a little noise is not", "[doctor]") {
	Evidence evidence = healthy();
	auto &counters = evidence.masters->front().slaves[1].counters;
	counters.rx_duplicate = 99'999;
	CHECK(complaints(evidence).empty());
	counters.rx_duplicate = 100'000;
	CHECK(complaints(evidence) == Names{"warning duplicates"});
	CHECK(examine(evidence).back().advice.find("xdp") != std::string::npos);
	evidence.masters->front().slaves[0].counters.rx_packets = 1'000'000;
	CHECK(complaints(evidence).empty());
	counters.rx_reflected = 1'000;
	CHECK(complaints(evidence) == Names{"warning reflected"});
	counters.rx_packets = 100'000;
	CHECK(complaints(evidence).empty());
}

TEST_CASE("Announcements off, losses, slow switches and slow detection are told", "[doctor]") {
	Evidence evidence = healthy();
	auto &master = evidence.masters->front();
	master.notify = false;
	CHECK(complaints(evidence) == Names{"warning notify"});
	master.slaves[0].counters.tx_no_path = 7;
	master.last->duration_us = 1'000'000;
	master.liveness = "daemon";
	CHECK(complaints(evidence) == Names{"warning notify", "note no-path", "note slow-switch", "note liveness"});
}

TEST_CASE("The doctor puts the worst first and wraps his advice", "[doctor]") {
	View view = plain_view();
	view.width = 60;
	const std::vector<Finding> findings = {
	    {Severity::Ok, "daemon", "", "failoverd answers", ""},
	    {Severity::Note, "preferred", "ens3", "traffic stays on virtio0",
	     "Return with 'failoverctl switch ens3 primary'."},
	    {Severity::Problem, "mtu", "ens3", "vf0 has MTU 1500, the master 9000",
	     "Large frames vanish whenever vf0 carries the traffic. Lower the master's."},
	};
	CHECK(render_doctor(findings, view) == R"(✗ ens3: vf0 has MTU 1500, the master 9000
    Large frames vanish whenever vf0 carries the traffic.
    Lower the master's.
i ens3: traffic stays on virtio0
    Return with 'failoverctl switch ens3 primary'.
✓ failoverd answers

1 problem, 1 note.
)");
	CHECK(to_json(findings)["healthy"] == false);
	CHECK(to_json(findings)["findings"][2]["check"] == "mtu");
}

TEST_CASE("A primary that is doubted is no redundancy, and no note that traffic stays away from it", "[doctor]") {
	Evidence evidence = healthy();
	auto &master = evidence.masters->front();
	master = scene_doubted();
	for (auto &slave : master.slaves)
		slave.counters.tx_no_path = 0;
	CHECK(complaints(evidence) == Names{"warning redundancy"});
	CHECK(examine(evidence).back().advice.find("Nobody answered by vf0; it is tried again then.") == 0);
	master.unanswered = Unanswered{kNow - 5'000'000, "virtio0", {"10.0.0.1"}, "the fabric may filter", ""};
	CHECK(render_doctor(examine(evidence), plain_view()).find("switch ens3 primary' may help") ==
	      std::string::npos);
}

TEST_CASE("Neighbours that are silent are a problem, a path that was left for that a warning", "[doctor]") {
	Evidence evidence = healthy();
	auto &master = evidence.masters->front();
	master.unanswered = Unanswered{kNow - 5'000'000, "vf0", {"10.0.0.1"}, "the fabric may filter", ""};
	CHECK(complaints(evidence) == Names{"problem unanswered"});
	CHECK(render_doctor(examine(evidence), plain_view()).find("the fabric may filter") != std::string::npos);
	master.unanswered->back_on = "virtio0";
	CHECK(complaints(evidence) == Names{"warning unanswered"});
}
