// SPDX-License-Identifier: GPL-2.0-only
// What the operator reads, letter by letter.
#include "render/events.hpp"
#include "render/list.hpp"
#include "render/probe.hpp"
#include "render/stats.hpp"
#include "render/status.hpp"
#include "render/text.hpp"
#include "render/words.hpp"
#include "scenes.hpp"

#include <catch2/catch.hpp>
#include <sstream>

using namespace failover::ctl;
using namespace failover::control;

namespace {

std::string first_line(const std::string &text) {
	return text.substr(0, text.find('\n'));
}

} // namespace

TEST_CASE("Status shows what carries the traffic, why, and the rest below", "[render]") {
	CHECK(render_master(sample_master(), {}, plain_view()) ==
	      R"(● ens3  traffic on vf0 (primary) · redundant: virtio0 (standby) is ready
      Active: vf0 (primary) since Tue 2023-11-14 22:13:20 UTC; 3min 12s ago
         Why: failback: vf0 came back and is preferred
 Last switch: virtio0 → vf0, took 1.84 ms, lost nothing, by the daemon, 3min 12s ago
    Switches: 3
      Master: 52:54:00:12:34:56, MTU 1500, carrier, ifindex 2
     Backend: ebpf (netkit, tcx), a dead slave is seen by fentry
      Policy: failover-order, announcements on
      Slaves: →  vf0      primary  active  carrier  mlx5_core 0000:02:00.0, MTU 1500, xdp
                 tx 9,000 packets (879 KiB) · rx 12,000 packets (1.14 MiB)
                 virtio0  standby  ready   carrier  virtio_net virtio0, MTU 1500
                 1 dropped for want of a path · tx 10 packets (1000 B) · rx 700 packets (68.4 KiB) · 650 duplicates · 2 reflected · 10 rescued
)");
}

TEST_CASE("Status of an unplugged VF says at once that nothing could take over", "[render]") {
	auto master = scene_unplugged();
	master.notify = false;
	CHECK(render_master(master, {}, plain_view()) ==
	      R"(● ens3  traffic on virtio0 (standby) · no redundancy: vf0 (primary) is gone
      Active: virtio0 (standby) since Tue 2023-11-14 22:13:20 UTC; 3min 12s ago
         Why: unbind: the driver of vf0 let go of the device
 Last switch: vf0 → virtio0, took 312 us, lost 3 frames, by the kernel, 3min 12s ago
    Switches: 3
      Master: 52:54:00:12:34:56, MTU 1500, carrier, ifindex 2
     Backend: ebpf (netkit, tcx), a dead slave is seen by fentry
      Policy: failover-order, announcements off
      Slaves:    vf0      primary  gone    -        mlx5_core 0000:02:00.0, MTU 1500, xdp
                 tx 9,000 packets (879 KiB) · rx 12,000 packets (1.14 MiB)
              →  virtio0  standby  active  carrier  virtio_net virtio0, MTU 1500
                 1 dropped for want of a path · tx 10 packets (1000 B) · rx 700 packets (68.4 KiB) · 650 duplicates · 2 reflected · 10 rescued
)");
}

TEST_CASE("Status says that nobody answers, and what to look at", "[render]") {
	auto master = scene_silent();
	const std::string text = render_master(master, {}, plain_view());
	CHECK(first_line(text) ==
	      "● ens3  traffic on virtio0 (standby) · no redundancy: vf0 (primary) is gone · nobody answers");
	CHECK(text.find(R"(
  Unanswered: nobody answered by virtio0 since Tue 2023-11-14 22:13:20 UTC; 3min 12s ago
              asked 10.0.0.1, fe80::1
              the fabric may still deliver 52:54:00:12:34:56 to the primary's port
         Why: unbind)") != std::string::npos);
	CHECK(render_list({master}, plain_view()).find("nobody answers, no redundancy: ") != std::string::npos);
	master.unanswered->slave = "vf0";
	master.unanswered->back_on = "virtio0";
	const std::string back = render_master(master, {}, plain_view());
	CHECK(first_line(back) == "● ens3  traffic on virtio0 (standby) · no redundancy: vf0 (primary) is gone");
	CHECK(back.find("\n              back on virtio0, vf0 is tried again later\n") != std::string::npos);
}

TEST_CASE("A slave that is doubted is no redundancy, and it is said until when") {
	const std::string text = render_master(scene_doubted(), {}, plain_view());
	CHECK(first_line(text) ==
	      "● ens3  traffic on virtio0 (standby) · no redundancy: vf0 (primary) is doubted until "
	      "Tue 2023-11-14 22:17:32 UTC");
	CHECK(text.find("ready   carrier  mlx5_core 0000:02:00.0, MTU 1500, xdp\n"
			"                 is doubted until Tue 2023-11-14 22:17:32 UTC: nobody answered by it\n") !=
	      std::string::npos);
	CHECK(render_list({scene_doubted()}, plain_view()).find("vf0 (primary) is doubted until Tue") !=
	      std::string::npos);
}

TEST_CASE("A master without a path looks different even without colours", "[render]") {
	const std::string text = render_master(scene_dark(), {}, plain_view());
	CHECK(first_line(text) == "○ ens3  no path: vf0 (primary) is gone, virtio0 (standby) has no carrier");
	CHECK(text.find("\n      Active: none since Tue 2023-11-14 22:13:20 UTC; 3min 12s ago\n") != std::string::npos);
	CHECK(text.find("\n         Why: carrier-loss: virtio0 lost its carrier\n") != std::string::npos);
	CHECK(text.find("virtio0 → none, took 18 us, lost 1 frame, by the kernel") != std::string::npos);
	CHECK(text.find("MTU 1500, no carrier, ifindex 2") != std::string::npos);
	CHECK(text.find("→  v") == std::string::npos);
}

TEST_CASE("A slave that is chosen but cannot carry traffic is no path", "[render]") {
	auto master = sample_master();
	master.slaves[0].health = "no-carrier";
	master.slaves[1].health = "down";
	CHECK(first_line(render_master(master, {}, plain_view())) ==
	      "○ ens3  no path: vf0 (primary) has no carrier, virtio0 (standby) is down");
}

TEST_CASE("A master that misses a NIC altogether says which", "[render]") {
	auto master = sample_master();
	master.slaves.pop_back();
	CHECK(first_line(render_master(master, {}, plain_view())) ==
	      "● ens3  traffic on vf0 (primary) · no redundancy: there is no standby");
	master.slaves.clear();
	master.last.reset();
	master.since = 0;
	const std::string text = render_master(master, {}, plain_view());
	CHECK(first_line(text) == "○ ens3  no path: there is no primary, there is no standby");
	CHECK(text.find("\n      Active: none\n") != std::string::npos);
	CHECK(text.find("Why") == std::string::npos);
	CHECK(text.find("\n      Slaves: none\n") != std::string::npos);
}

TEST_CASE("Colours tell good from bad and are absent without a terminal", "[render]") {
	View view = plain_view();
	view.colour = true;
	CHECK(first_line(render_master(sample_master(), {}, view)) ==
	      "\x1b[1;32m●\x1b[0m \x1b[1mens3\x1b[0m  traffic on \x1b[1mvf0\x1b[0m (primary) · "
	      "\x1b[1;32mredundant: virtio0 (standby) is ready\x1b[0m");
	CHECK(first_line(render_master(scene_unplugged(), {}, view)).starts_with("\x1b[1;33m●\x1b[0m"));
	CHECK(first_line(render_master(scene_dark(), {}, view)).starts_with("\x1b[1;31m○\x1b[0m"));
	CHECK(render_master(sample_master(), {}, plain_view()).find('\x1b') == std::string::npos);
}

TEST_CASE("A terminal without Unicode gets ASCII", "[render]") {
	View view = plain_view();
	view.unicode = false;
	const auto events = std::vector{sample_event()};
	for (const std::string &text : {render_status({sample_master(), scene_dark()}, events, 5, view),
					render_list({sample_master()}, view), render_stats({sample_master()}, view)}) {
		CHECK(std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
		CHECK(text.find("ens3") != std::string::npos);
	}
}

TEST_CASE("No line is longer than the terminal is wide", "[render]") {
	View view = plain_view();
	view.width = 80;
	view.colour = GENERATE(false, true);
	std::istringstream lines(
	    render_status({sample_master(), scene_unplugged(), scene_dark()}, {sample_event()}, 5, view) +
	    render_list({scene_dark()}, view) + render_stats({scene_dark()}, view));
	std::size_t longest = 0;
	for (std::string line; std::getline(lines, line);)
		longest = std::max(longest, columns(line));
	CHECK(longest == 80);
}

TEST_CASE("Status gives every master its own youngest events", "[render]") {
	auto other = sample_master();
	other.name = "ens8";
	std::vector<EventRecord> events;
	for (int i = 0; i < 4; ++i)
		events.push_back({1'700'000'000'000'000 + i, "carrier", i == 3 ? "ens8" : "ens3", "vf0",
				  "carrier of vf0 #" + std::to_string(i), std::nullopt});
	const std::string text = render_status({sample_master(), other}, events, 2, plain_view());
	CHECK(text.find("#0") == std::string::npos);
	CHECK(text.find("#1") < text.find("#2"));
	CHECK(text.find("● ens8") < text.find("#3"));
	CHECK(text.find("#2") < text.find("● ens8"));
	CHECK(render_status({}, {}, 5, plain_view()) == "No masters.\n");
}

TEST_CASE("Events are one line each, in columns", "[render]") {
	EventRecord left{1'700'000'000'100'000, "slave-left", "ens3", "vf0", "unplugged", std::nullopt};
	EventRecord config{1'700'000'000'200'000, "config", "", "", "read again, 2 masters", std::nullopt};
	CHECK(
	    render_events({sample_event(), left, config}, plain_view()) ==
	    "2023-11-14 22:13:20.000  ens3      switch        virtio0 → vf0, failback: vf0 came back and is preferred "
	    "(daemon, took 1.84 ms, lost nothing)\n"
	    "2023-11-14 22:13:20.100  ens3      slave-left    vf0: unplugged\n"
	    "2023-11-14 22:13:20.200  -         config        read again, 2 masters\n");
}

TEST_CASE("Every cause has its sentence", "[render]") {
	struct Row {
		const char *cause;
		const char *words;
	};
	const auto row = GENERATE(values<Row>({
	    {"startup", "b was the first slave there"},
	    {"carrier-loss", "a lost its carrier"},
	    {"down", "a was set down"},
	    {"unbind", "the driver of a let go of the device"},
	    {"unregister", "a disappeared"},
	    {"failback", "b came back and is preferred"},
	    {"operator", "an operator asked for it"},
	    {"probe", "the path by a was proven dead although its link is up"},
	    {"moonphase", "unknown"},
	}));
	CHECK(cause_words({0, "a", "b", row.cause, "kernel", 0, 0}) == row.words);
}

TEST_CASE("The list has one row a master and counts those in trouble", "[render]") {
	auto alone = scene_unplugged();
	alone.name = "ens8";
	auto dark = scene_dark();
	dark.name = "ens9";
	dark.since = 0;
	CHECK(render_list({sample_master(), alone, dark}, plain_view()) ==
	      R"(   MASTER  ACTIVE   ROLE     SINCE         SWITCHES  BACKEND  STATE
●  ens3    vf0      primary  3min 12s ago         3  ebpf     redundant: virtio0 (standby) is ready
●  ens8    virtio0  standby  3min 12s ago         3  ebpf     no redundancy: vf0 (primary) is gone
○  ens9    -        -        -                    3  ebpf     no path: vf0 (primary) is gone, virtio0 (standby) has no carrier

3 masters, 1 without redundancy, 1 without a path.
)");
	CHECK(render_list({}, plain_view()) == "No masters.\n");
}

TEST_CASE("Statistics are a table of slaves", "[render]") {
	CHECK(
	    render_stats({sample_master()}, plain_view()) ==
	    R"(MASTER     SLAVE    ROLE     TX PKTS  TX BYTES  RX PKTS  RX BYTES  DUPLICATE  REFLECTED  RESCUED  NO PATH
ens3    →  vf0      primary    9,000   879 KiB   12,000  1.14 MiB          0          0        0        0
           virtio0  standby       10    1000 B      700  68.4 KiB        650          2       10        1
)");
}

TEST_CASE("Rates are what grew, by the second", "[render]") {
	auto after = sample_master();
	after.slaves[0].counters.tx_packets += 3000;
	after.slaves[0].counters.tx_bytes += 4096;
	after.slaves[1].counters = {};
	const std::string text = render_rates({sample_master()}, {after}, 2.0, plain_view());
	CHECK(text.find("TX PKTS/S") != std::string::npos);
	CHECK(text.find("vf0      primary      1,500    2.00 KiB          0         0 B") != std::string::npos);
	// Counters that were made anew are no negative rate.
	CHECK(text.find("virtio0  standby          0         0 B          0         0 B") != std::string::npos);
	// A slave that just came counts from zero.
	CHECK(render_rates({}, {sample_master()}, 1.0, plain_view()).find("12,000") != std::string::npos);
}

TEST_CASE("The probe report marks what is there and what is not", "[render]") {
	const ProbeReport report{"ebpf",
				 {{"netkit", "yes", "the master is a netkit pair"},
				  {"fentry", "no", "Operation not permitted"},
				  {"xdp", "unused", "costs more than it saves on veth"}}};
	CHECK(render_probe(report, plain_view()) == R"(Backend: ebpf

✓  netkit  yes     the master is a netkit pair
✗  fentry  no      Operation not permitted
-  xdp     unused  costs more than it saves on veth
)");
}
