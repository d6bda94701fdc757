// SPDX-License-Identifier: GPL-2.0-only
#include "render/metrics.hpp"

#include "render/words.hpp"

#include <array>
#include <fmt/format.h>
#include <string_view>
#include <utility>

namespace failover::ctl {

namespace {

using control::Counters;
using control::MasterState;
using control::SlaveState;

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

/// OpenMetrics, "escaped-string": backslash, double quote and line feed.
std::string escaped(std::string_view value) {
	std::string out;
	for (const char c : value) {
		if (c == '\n')
			out += "\\n";
		else if (c == '\\' || c == '"')
			out += {'\\', c};
		else
			out += c;
	}
	return out;
}

/// Families in the order they are begun; the samples of one must stand together.
class Exposition {
public:
	void family(std::string_view name, std::string_view type, std::string_view unit, std::string_view help) {
		name_ = fmt::format("failover_{}", name);
		suffix_ = type == "counter" ? "_total" : type == "info" ? "_info" : "";
		text_ += fmt::format("# TYPE {} {}\n", name_, type);
		if (!unit.empty())
			text_ += fmt::format("# UNIT {} {}\n", name_, unit);
		text_ += fmt::format("# HELP {} {}\n", name_, help);
	}
	template <typename Number> void sample(const Labels &labels, Number value) {
		std::string list;
		for (const auto &[name, label] : labels)
			list += fmt::format("{}{}=\"{}\"", list.empty() ? "" : ",", name, escaped(label));
		text_ += list.empty() ? fmt::format("{}{} {}\n", name_, suffix_, value)
				      : fmt::format("{}{}{{{}}} {}\n", name_, suffix_, list, value);
	}
	/// A family of one sample a master (or slave).
	template <typename Of>
	void each(const std::vector<MasterState> &masters, std::string_view name, std::string_view type,
		  std::string_view unit, std::string_view help, Of of) {
		family(name, type, unit, help);
		for (const MasterState &master : masters) {
			if constexpr (std::is_invocable_v<Of, const MasterState &>) {
				sample({{"master", master.name}}, of(master));
			} else {
				for (const SlaveState &slave : master.slaves)
					sample({{"master", master.name}, {"slave", slave.name}, {"role", slave.role}},
					       of(master, slave));
			}
		}
	}
	[[nodiscard]] std::string take() { return std::move(text_) + "# EOF\n"; }

private:
	std::string name_;
	std::string_view suffix_;
	std::string text_;
};

double seconds(std::int64_t microseconds) {
	return static_cast<double>(microseconds) / 1e6;
}

void add_build(Exposition &out, const std::optional<control::VersionInfo> &daemon) {
	out.family("up", "gauge", "", "Whether failoverd answers; 0: the other figures come from the kernel itself.");
	out.sample({}, daemon ? 1 : 0);
	if (!daemon)
		return;
	out.family("build", "info", "", "Version of the running failoverd.");
	out.sample({{"version", daemon->version}, {"abi", fmt::to_string(daemon->abi)}, {"kernel", daemon->kernel}}, 1);
	out.family("start_time_seconds", "gauge", "seconds", "When failoverd was started, since the epoch.");
	out.sample({}, seconds(daemon->started));
}

void add_masters(Exposition &out, const std::vector<MasterState> &masters) {
	out.family("master", "info", "", "How a master is realised.");
	for (const MasterState &master : masters)
		out.sample({{"master", master.name},
			    {"mac", master.mac},
			    {"backend", master.backend},
			    {"link", master.link},
			    {"hook", master.hook},
			    {"liveness", master.liveness},
			    {"policy", master.policy}},
			   1);
	out.each(masters, "master_carrier", "gauge", "", "Whether the master has carrier.",
		 [](const MasterState &master) { return master.carrier ? 1 : 0; });
	out.each(masters, "master_path", "gauge", "", "Whether some slave carries the traffic.",
		 [](const MasterState &master) { return standing_of(master) == Standing::NoPath ? 0 : 1; });
	out.each(masters, "master_redundant", "gauge", "", "Whether another slave could take over at once.",
		 [](const MasterState &master) { return standing_of(master) == Standing::Redundant ? 1 : 0; });
	out.each(masters, "master_unanswered", "gauge", "", "Whether neighbours are silent by the active slave.",
		 [](const MasterState &master) { return is_silent(master) ? 1 : 0; });
	out.each(masters, "master_switches", "counter", "", "How often the active slave changed.",
		 [](const MasterState &master) { return master.switches; });
	out.each(masters, "master_active_since_seconds", "gauge", "seconds",
		 "When the active slave became active, since the epoch.",
		 [](const MasterState &master) { return seconds(master.since); });
}

void add_last_switches(Exposition &out, const std::vector<MasterState> &masters) {
	std::vector<const MasterState *> switched;
	for (const MasterState &master : masters) {
		if (master.last)
			switched.push_back(&master);
	}
	const auto add = [&](std::string_view name, std::string_view unit, std::string_view help, auto of) {
		out.family(name, "gauge", unit, help);
		for (const MasterState *master : switched)
			out.sample({{"master", master->name}, {"cause", master->last->cause}}, of(*master->last));
	};
	add("last_switch_time_seconds", "seconds", "When the last switch happened, since the epoch.",
	    [](const auto &change) { return seconds(change.time); });
	add("last_switch_duration_seconds", "seconds", "How long the last switch took.",
	    [](const auto &change) { return seconds(change.duration_us); });
	add("last_switch_lost_frames", "frames", "Frames dropped for want of a path during the last switch.",
	    [](const auto &change) { return change.lost; });
}

void add_slaves(Exposition &out, const std::vector<MasterState> &masters) {
	out.each(
	    masters, "slave_active", "gauge", "", "Whether the slave carries the traffic.",
	    [](const MasterState &master, const SlaveState &slave) { return active_slave(master) == &slave ? 1 : 0; });
	out.each(masters, "slave_carrier", "gauge", "", "Whether the slave has carrier.",
		 [](const MasterState &, const SlaveState &slave) { return slave.carrier ? 1 : 0; });
	out.each(masters, "slave_mtu_bytes", "gauge", "bytes", "MTU of the slave.",
		 [](const MasterState &, const SlaveState &slave) { return slave.mtu; });
	out.each(masters, "slave_doubted", "gauge", "",
		 "Whether others come first because nobody answered by the slave.",
		 [](const MasterState &, const SlaveState &slave) { return slave.doubted_until > 0 ? 1 : 0; });
	out.family("slave_health", "stateset", "", "Health of the slave.");
	for (const MasterState &master : masters) {
		for (const SlaveState &slave : master.slaves) {
			for (const char *state : {"active", "ready", "no-carrier", "down", "leaving", "gone"})
				out.sample({{"master", master.name},
					    {"slave", slave.name},
					    {"role", slave.role},
					    {"failover_slave_health", state}},
					   slave.health == state ? 1 : 0);
		}
	}
}

struct CounterFamily {
	const char *name;
	const char *unit;
	const char *help;
	std::uint64_t Counters::*value;
};

constexpr std::array kCounters = {
    CounterFamily{"slave_transmit_packets", "packets", "Frames sent by the slave.", &Counters::tx_packets},
    CounterFamily{"slave_transmit_bytes", "bytes", "Bytes sent by the slave.", &Counters::tx_bytes},
    CounterFamily{"slave_receive_packets", "packets", "Frames of the slave delivered to the master.",
		  &Counters::rx_packets},
    CounterFamily{"slave_receive_bytes", "bytes", "Bytes of the slave delivered to the master.", &Counters::rx_bytes},
    CounterFamily{"slave_receive_duplicate_packets", "packets",
		  "Frames dropped because another slave has brought them too.", &Counters::rx_duplicate},
    CounterFamily{"slave_receive_reflected_packets", "packets", "Frames of our own that came back and were dropped.",
		  &Counters::rx_reflected},
    CounterFamily{"slave_transmit_rescued_packets", "packets",
		  "Frames sent by the slave because the active one could not.", &Counters::tx_rescued},
    CounterFamily{"slave_transmit_no_path_packets", "packets", "Frames dropped because no slave could send.",
		  &Counters::tx_no_path},
};

} // namespace

std::string render_metrics(const std::vector<MasterState> &masters, const std::optional<control::VersionInfo> &daemon) {
	Exposition out;
	add_build(out, daemon);
	add_masters(out, masters);
	add_last_switches(out, masters);
	add_slaves(out, masters);
	for (const CounterFamily &counter : kCounters)
		out.each(masters, counter.name, "counter", counter.unit, counter.help,
			 [&](const MasterState &, const SlaveState &slave) { return slave.counters.*counter.value; });
	return out.take();
}

} // namespace failover::ctl
