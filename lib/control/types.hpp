// SPDX-License-Identifier: GPL-2.0-only
// What failoverd tells about itself, as plain values. The fields, their names and their meaning are those of
// io.failover.varlink; tests hold the two together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace failover::control {

/// What passed by one slave since it first joined.
struct Counters {
	std::uint64_t tx_packets = 0;
	std::uint64_t tx_bytes = 0;
	std::uint64_t rx_packets = 0;
	std::uint64_t rx_bytes = 0;
	std::uint64_t rx_duplicate = 0;
	std::uint64_t rx_reflected = 0;
	std::uint64_t tx_rescued = 0;
	std::uint64_t tx_no_path = 0;

	friend bool operator==(const Counters &, const Counters &) = default;
};

struct SlaveState {
	std::string name;
	std::int64_t ifindex = 0;
	std::string role; ///< "primary", "standby"
	std::string mac;
	std::string driver;
	std::string bus;
	std::int64_t mtu = 0;
	bool carrier = false;
	std::string health; ///< "active", "ready", "no-carrier", "down", "leaving", "gone"
	bool xdp = false;
	Counters counters;
	std::int64_t doubted_until = 0; ///< microseconds since the epoch, 0: it is not

	friend bool operator==(const SlaveState &, const SlaveState &) = default;
};

/// One change of the active slave.
struct SwitchRecord {
	std::int64_t time = 0; ///< microseconds since the epoch
	std::string from;      ///< slave names, empty where there was none
	std::string to;
	std::string
	    cause;      ///< "startup", "carrier-loss", "down", "unbind", "unregister", "failback", "operator", "probe"
	std::string by; ///< "kernel", "daemon"
	std::int64_t duration_us = 0;
	std::int64_t lost = 0; ///< frames dropped for want of a path while it lasted

	friend bool operator==(const SwitchRecord &, const SwitchRecord &) = default;
};

/// Nobody answers since a switch.
struct Unanswered {
	std::int64_t since = 0;         ///< microseconds since the epoch
	std::string slave;              ///< active since then
	std::vector<std::string> asked; ///< neighbours' addresses
	std::string hint;               ///< what to look at, for people
	std::string back_on;            ///< the slave that was returned to for that, empty: none

	friend bool operator==(const Unanswered &, const Unanswered &) = default;
};

struct MasterState {
	std::string name;
	std::int64_t ifindex = 0;
	std::string mac;
	std::int64_t mtu = 0;
	bool carrier = false;
	std::string backend;
	std::string link;
	std::string hook;
	std::string liveness;
	std::string policy;
	bool notify = false;
	std::string active;     ///< a slave's name, empty: none
	std::int64_t since = 0; ///< microseconds since the epoch
	std::int64_t switches = 0;
	std::optional<SwitchRecord> last;
	std::optional<Unanswered> unanswered;
	std::vector<SlaveState> slaves;

	friend bool operator==(const MasterState &, const MasterState &) = default;
};

struct EventRecord {
	std::int64_t time = 0; ///< microseconds since the epoch
	std::string kind;
	std::string master;
	std::string slave;
	std::string message; ///< one line for people
	std::optional<SwitchRecord> switch_record;

	friend bool operator==(const EventRecord &, const EventRecord &) = default;
};

/// One thing this kernel was asked for by trying.
struct Capability {
	std::string name;
	std::string state; ///< "yes", "no", "unused"
	std::string detail;

	friend bool operator==(const Capability &, const Capability &) = default;
};

/// Reply of Probe.
struct ProbeReport {
	std::string backend;
	std::vector<Capability> capabilities;

	friend bool operator==(const ProbeReport &, const ProbeReport &) = default;
};

/// Reply of Version.
struct VersionInfo {
	std::string version;
	std::int64_t abi = 0;
	std::string kernel;
	std::int64_t pid = 0;
	std::int64_t started = 0; ///< microseconds since the epoch

	friend bool operator==(const VersionInfo &, const VersionInfo &) = default;
};

/// Instead of a slave: the operator has no wish any more.
inline constexpr const char *kNoChoice = "auto";

/// Parameters of Switch.
struct SwitchRequest {
	std::string master;
	std::string to; ///< a slave's name or role, or kNoChoice
};

/// Parameters of Attach.
struct AttachRequest {
	std::string standby;
	std::optional<std::string> primary;
};

/// Parameters of Show and Detach.
struct MasterQuery {
	std::string master;
};

/// Parameters of Events and History.
struct EventQuery {
	std::optional<std::string> master;
	std::optional<std::uint32_t> limit;
};

} // namespace failover::control
