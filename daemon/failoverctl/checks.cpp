// SPDX-License-Identifier: GPL-2.0-only
#include "checks.hpp"

#include "render/text.hpp"
#include "render/words.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace failover::ctl {

namespace {

using control::MasterState;
using control::SlaveState;

constexpr std::int64_t kFlapWindow = 600'000'000; // microseconds
constexpr std::int64_t kFlapCount = 4;
/// Duplicates below this, or below the unicast traffic, are the normal broadcast noise of a segment.
constexpr std::uint64_t kDuplicateFlood = 100'000;
constexpr std::uint64_t kReflectedFlood = 1'000;
constexpr std::int64_t kSlowSwitch = 1'000'000; // microseconds

using Findings = std::vector<Finding>;

const SlaveState *slave_of_role(const MasterState &master, std::string_view role) {
	const auto found = std::ranges::find(master.slaves, role, &SlaveState::role);
	return found == master.slaves.end() || found->health == "gone" ? nullptr : &*found;
}

void check_daemon(const Evidence &evidence, Findings &out) {
	if (!evidence.daemon) {
		out.push_back(
		    {Severity::Problem, "daemon", "", evidence.daemon_error,
		     "The kernel goes on failing over by itself, but nothing is announced and a NIC that comes back "
		     "is not taken in. Look at 'systemctl status failoverd' and 'journalctl -b -u failoverd'."});
		return;
	}
	const auto &daemon = *evidence.daemon;
	if (daemon.abi != evidence.own_abi)
		out.push_back({Severity::Problem, "version", "",
			       fmt::format("failoverd speaks ABI {}, this program {}", daemon.abi, evidence.own_abi),
			       "Finish the upgrade: 'systemctl restart failoverd' (traffic goes on meanwhile)."});
	else if (daemon.version != evidence.own_version)
		out.push_back(
		    {Severity::Warning, "version", "",
		     fmt::format("failoverd is version {}, this program {}", daemon.version, evidence.own_version),
		     "Finish the upgrade: 'systemctl restart failoverd' (traffic goes on meanwhile)."});
	else
		out.push_back({Severity::Ok, "daemon", "",
			       fmt::format("failoverd {} answers (pid {}, started {})", daemon.version, daemon.pid,
					   time_ago(daemon.started, evidence.now)),
			       ""});
}

void check_path(const MasterState &master, const Evidence &, Findings &out) {
	if (standing_of(master) != Standing::NoPath)
		return;
	out.push_back(
	    {Severity::Problem, "path", master.name, standing_words(master),
	     "Nothing gets out of this machine here. See the slaves in 'failoverctl status', the kernel log for "
	     "their drivers, and the hypervisor for their links."});
}

void check_answers(const MasterState &master, const Evidence &evidence, Findings &out) {
	if (!master.unanswered)
		return;
	const auto &silence = *master.unanswered;
	std::string advice =
	    fmt::format("On the host: {}. Look at its forwarding entries for that address, and at the MAC "
			"spoof check, trust and VLAN of the VF.",
			silence.hint);
	const auto other = std::ranges::find_if(master.slaves, is_fit);
	if (is_silent(master) && other != master.slaves.end())
		advice += fmt::format(" Until then 'failoverctl switch {} {}' may help.", master.name, other->role);
	out.push_back({is_silent(master) ? Severity::Problem : Severity::Warning, "unanswered", master.name,
		       fmt::format("nobody answered by {} ({}), asked {}{}", silence.slave,
				   time_ago(silence.since, evidence.now), fmt::join(silence.asked, ", "),
				   is_silent(master) ? "" : "; traffic is back on " + silence.back_on),
		       advice});
}

void check_redundancy(const MasterState &master, const Evidence &, Findings &out) {
	const Standing standing = standing_of(master);
	if (standing == Standing::Redundant)
		out.push_back({Severity::Ok, "redundancy", master.name,
			       fmt::format("traffic on {}, another slave is ready", master.active), ""});
	if (standing != Standing::Alone)
		return;
	std::string advice = "Ask the hypervisor why: the primary is taken away during migration and host service and "
			     "should come back by itself.";
	if (const auto doubted = std::ranges::find_if(
		master.slaves, [](const auto &slave) { return slave.health == "ready" && slave.doubted_until > 0; });
	    doubted != master.slaves.end())
		advice =
		    fmt::format("Nobody answered by {}; it is tried again then. 'failoverctl switch {} {}' does so at "
				"once, when the host has been mended.",
				doubted->name, master.name, doubted->role);
	else if (slave_of_role(master, "standby") == nullptr)
		advice = "Without the paravirtual NIC the machine goes dark when the primary is unplugged, as for a "
			 "migration. Have the hypervisor add a virtio-net of the same MAC.";
	out.push_back({Severity::Warning, "redundancy", master.name, standing_words(master), advice});
}

void check_preferred(const MasterState &master, const Evidence &, Findings &out) {
	const SlaveState *active = active_slave(master);
	const SlaveState *primary = slave_of_role(master, "primary");
	if (active == nullptr || primary == nullptr || active == primary || !is_fit(*primary))
		return;
	out.push_back(
	    {Severity::Note, "preferred", master.name,
	     fmt::format("traffic stays on {} although the primary {} is ready", active->name, primary->name),
	     fmt::format("Return with 'failoverctl switch {} primary', or see 'failback' in failover.toml(5).",
			 master.name)});
}

void check_flapping(const MasterState &master, const Evidence &evidence, Findings &out) {
	const auto recent = std::ranges::count_if(evidence.events, [&](const auto &event) {
		return event.master == master.name && event.switch_record && event.switch_record->cause != "operator" &&
		       event.switch_record->cause != "startup" && event.time > evidence.now - kFlapWindow;
	});
	if (recent < kFlapCount)
		return;
	out.push_back(
	    {Severity::Warning, "flapping", master.name,
	     fmt::format("{} in the last 10 minutes", counted(static_cast<std::uint64_t>(recent), "switch")),
	     fmt::format("See 'failoverctl events {}' for the cause; 'failback-delay-ms' in failover.toml(5) keeps "
			 "traffic off a link that comes and goes.",
			 master.name)});
}

void check_mtu(const MasterState &master, const Evidence &, Findings &out) {
	for (const SlaveState &slave : master.slaves) {
		if (slave.health == "gone" || slave.mtu >= master.mtu)
			continue;
		out.push_back(
		    {Severity::Problem, "mtu", master.name,
		     fmt::format("{} has MTU {}, the master {}", slave.name, slave.mtu, master.mtu),
		     fmt::format("Large frames vanish whenever {} carries the traffic. Have the hypervisor allow the "
				 "same MTU on both, or lower the master's: 'ip link set {} mtu {}'.",
				 slave.name, master.name, slave.mtu)});
	}
}

void check_mac(const MasterState &master, const Evidence &, Findings &out) {
	for (const SlaveState &slave : master.slaves) {
		if (slave.health == "gone" || slave.mac == master.mac)
			continue;
		out.push_back({Severity::Problem, "mac", master.name,
			       fmt::format("{} has MAC {}, the master {}", slave.name, slave.mac, master.mac),
			       fmt::format("Replies do not find their way to {}. Give it the master's address at the "
					   "hypervisor.",
					   slave.name)});
	}
}

void check_floods(const MasterState &master, const Evidence &, Findings &out) {
	std::uint64_t delivered = 0;
	for (const SlaveState &slave : master.slaves)
		delivered += slave.counters.rx_packets;
	for (const SlaveState &slave : master.slaves) {
		const auto &counters = slave.counters;
		if (counters.rx_duplicate >= kDuplicateFlood && counters.rx_duplicate > delivered)
			out.push_back(
			    {Severity::Warning, "duplicates", master.name,
			     fmt::format("{} dropped {} frames that another slave has brought too, more than "
					 "were delivered ({})",
					 slave.name, grouped(counters.rx_duplicate), grouped(delivered)),
			     fmt::format("They cost this machine CPU time. Look for a flood or missing IGMP/MLD "
					 "snooping in the segment{}.",
					 slave.xdp ? "" : "; 'xdp = \"on\"' in failover.toml(5) drops them earlier")});
		if (counters.rx_reflected >= kReflectedFlood && counters.rx_reflected > counters.rx_packets / 100)
			out.push_back(
			    {Severity::Warning, "reflected", master.name,
			     fmt::format("{} got {} frames of our own back", slave.name,
					 grouped(counters.rx_reflected)),
			     "They are dropped, but the fabric loops or reflects: look for both NICs' ports in one "
			     "flooding domain without a filter (a bridge loop, VEPA) on the host."});
	}
}

void check_notify(const MasterState &master, const Evidence &, Findings &out) {
	if (master.notify)
		return;
	out.push_back({Severity::Warning, "notify", master.name, "announcements are off",
		       "After a switch the fabric goes on sending to the old port until this machine transmits. Set "
		       "'notify = \"on\"' in failover.toml(5) unless something else moves the address."});
}

void check_refusals(const MasterState &master, const Evidence &evidence, Findings &out) {
	std::map<std::string, const control::EventRecord *> refused; // by NIC, the last word
	for (const auto &event : evidence.events) {
		if (event.kind == "config")
			refused.clear(); // who is refused again is told again
		if (event.master != master.name || event.slave.empty())
			continue;
		if (event.kind == "refused")
			refused[event.slave] = &event;
		else if (event.kind == "slave-joined")
			refused.erase(event.slave);
	}
	for (const auto &[nic, event] : refused)
		out.push_back({Severity::Note, "refused", master.name,
			       fmt::format("{} ({})", event->message, time_ago(event->time, evidence.now)),
			       fmt::format("Nothing was changed on {}. If it is not meant, have 'primary' in "
					   "failover.toml(5) fit one NIC only, by bus, slot or mac.",
					   nic)});
}

void check_losses(const MasterState &master, const Evidence &, Findings &out) {
	for (const SlaveState &slave : master.slaves) {
		if (slave.counters.tx_no_path > 0)
			out.push_back({Severity::Note, "no-path", master.name,
				       fmt::format("{} dropped because no slave could send, while {} was active",
						   counted(slave.counters.tx_no_path, "frame"), slave.name),
				       fmt::format("When that was stands in 'failoverctl events {}'.", master.name)});
	}
	if (master.last && master.last->duration_us >= kSlowSwitch)
		out.push_back(
		    {Severity::Note, "slow-switch", master.name,
		     fmt::format("the last switch ({}) took {}", master.last->cause,
				 duration(master.last->duration_us)),
		     "A switch should take milliseconds; 'failoverctl probe' tells how a dead slave is seen here."});
}

void check_liveness(const MasterState &master, const Evidence &, Findings &out) {
	if (master.liveness != "daemon")
		return;
	out.push_back(
	    {Severity::Note, "liveness", master.name,
	     "this kernel does not report a dead slave by itself, the daemon does",
	     "While nothing is sent, a switch waits for failoverd; keep it running. 'failoverctl probe' says why."});
}

constexpr std::array kMasterChecks = {check_path,     check_answers,  check_redundancy, check_preferred,
				      check_flapping, check_mtu,      check_mac,        check_floods,
				      check_notify,   check_refusals, check_losses,     check_liveness};

} // namespace

std::vector<Finding> examine(const Evidence &evidence) {
	Findings out;
	check_daemon(evidence, out);
	if (!evidence.masters)
		return out;
	if (evidence.masters->empty())
		out.push_back(
		    {Severity::Warning, "masters", "", "there is no master",
		     "NICs are paired by MAC address: 'ip -br link' must show a virtio-net and a VF of the same one, "
		     "or attach by hand with 'failoverctl attach STANDBY PRIMARY'."});
	for (const MasterState &master : printable(*evidence.masters)) {
		for (const auto check : kMasterChecks)
			check(master, evidence, out);
	}
	return out;
}

bool unhealthy(const std::vector<Finding> &findings) {
	return std::ranges::any_of(findings,
				   [](const Finding &finding) { return finding.severity >= Severity::Warning; });
}

const char *severity_name(Severity severity) {
	switch (severity) {
	case Severity::Ok:
		return "ok";
	case Severity::Note:
		return "note";
	case Severity::Warning:
		return "warning";
	case Severity::Problem:
		return "problem";
	}
	return "unknown";
}

nlohmann::json to_json(const std::vector<Finding> &findings) {
	auto list = nlohmann::json::array();
	for (const Finding &finding : findings)
		list.push_back({{"severity", severity_name(finding.severity)},
				{"check", finding.check},
				{"master", finding.master},
				{"message", finding.message},
				{"advice", finding.advice}});
	return {{"healthy", !unhealthy(findings)}, {"findings", std::move(list)}};
}

} // namespace failover::ctl
