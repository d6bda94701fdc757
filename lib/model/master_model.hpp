// SPDX-License-Identifier: GPL-2.0-only
// What one master does about what happens to its slaves. Pure: events in, actions out; no clock, no syscalls, no log.
//
// The kernel side has usually acted already when an event arrives (it moves the active state by itself when the active
// slave cannot send); the model then follows, adds what the kernel does not do (announcements, failback, the master's
// carrier) and covers what the kernel did not see.
#pragma once

#include "model/silence.hpp"

#include <array>
#include <chrono>
#include <linux/fom_abi.h>
#include <optional>
#include <variant>
#include <vector>

namespace failover::model {

struct Settings {
	bool failback = true;   ///< return to a slave of better rank by ourselves
	Time failback_delay{0}; ///< its carrier must have stayed this long
	/// How long a planned switch waits for its path to be proven before carrier alone is believed: some fabrics
	/// pass no probes. 0: no proof is asked for.
	Time proof_timeout{std::chrono::seconds(2)};
};

/// The active slave is another one. By the kernel: it has happened. Else: it is to happen now, by compare-and-swap;
/// when the kernel was faster, report that with kernel_switched() and drop this. Then record it and teach the fabric.
struct Switch {
	Slot from, to;
	fom_cause cause;
	bool by_kernel;
	Time when;
	friend bool operator==(const Switch &, const Switch &) = default;
};
/// The master has a path again, or none any more.
struct SetCarrier {
	bool on;
	friend bool operator==(const SetCarrier &, const SetCarrier &) = default;
};
/// The fabric looks for the master elsewhere: teach it again.
struct Announce {
	friend bool operator==(const Announce &, const Announce &) = default;
};
using Action = std::variant<Switch, SetCarrier, Announce>;
using Actions = std::vector<Action>;

/// A slave that the kernel had to switch away from is not returned to for this long, doubled for each further time
/// within kFlapMemory, so that a path that comes and goes does not take the traffic with it each time.
inline constexpr Time kFirstDistrust = std::chrono::milliseconds(100);
inline constexpr Time kMostDistrust = std::chrono::seconds(10);
inline constexpr Time kFlapMemory = std::chrono::seconds(30);

/// A fabric that sends back what we send answers each announcement with a reason for the next.
inline constexpr unsigned kMovesAnswered = 10;
inline constexpr Time kMovesInterval = std::chrono::seconds(2); ///< doubled while that goes on
inline constexpr Time kMostMovesInterval = std::chrono::seconds(64);

class MasterModel {
public:
	explicit MasterModel(Settings settings = {}) : settings_(settings) {}

	/// A slave that may carry traffic from now on.
	[[nodiscard]] Actions slave_joined(Slot slot, unsigned rank, bool carrier, Time now);
	[[nodiscard]] Actions slave_left(Slot slot, Time now);
	[[nodiscard]] Actions carrier_changed(Slot slot, bool on, Time now);
	/// A probe sent by `from` came in by `to`.
	[[nodiscard]] Actions probe_passed(Slot from, Slot to, Time now);
	/// By the active slave came a frame that another port sent with the master's address.
	[[nodiscard]] Actions moved(Time now);
	/// Neighbours that were asked since the last switch are all silent. A failback is undone, if what was active
	/// before it still is usable; whatever else led here stays, an operator's choice above all.
	[[nodiscard]] Actions unanswered(Time now);
	/// One of them answers by the active slave.
	void answered() { silence_.answered(); }
	/// Its driver is about to let go of the device.
	[[nodiscard]] Actions slave_leaving(Slot slot, Time now);
	/// The kernel moved the active state at `when`. What it gave as cause counts as known of `from`: a link
	/// notification about it may come much later.
	[[nodiscard]] Actions kernel_switched(Slot from, Slot to, fom_cause cause, Time when);
	/// Somebody asked for this slave; it stays active for as long as it can carry traffic. Nothing happens when it
	/// cannot: the caller sees that active() is another.
	[[nodiscard]] Actions operator_chose(Slot slot, Time now);
	/// Forgets the operator's choice.
	[[nodiscard]] Actions operator_released(Time now);
	[[nodiscard]] Actions clock(Time now);
	[[nodiscard]] Actions settings_changed(Settings settings, Time now);

	/// After a restart: what is found in the kernel is taken as it is, slave by slave, then the rest; nothing is
	/// done before clock() is called.
	void adopt_slave(Slot slot, unsigned rank, bool carrier, Time now);
	void adopt_active(Slot slot) {
		active_ = slot;
		silence_.switched(FOM_NO_SLOT, slot, FOM_CAUSE_UNSPEC);
	}
	void adopt_choice(Slot slot) { chosen_ = slot; }
	void adopt_carrier(bool on) { carrier_ = on; }

	[[nodiscard]] Slot active() const { return active_; }
	[[nodiscard]] bool carrier() const { return carrier_; }
	[[nodiscard]] bool usable(Slot slot) const;
	[[nodiscard]] std::optional<Slot> operator_choice() const { return chosen_; }
	/// Not returned to before, because nobody answered by it.
	[[nodiscard]] Time doubted_until(Slot slot) const { return silence_.until(slot); }
	/// The slave whose path to the active one, and back, is to be proven now by probes.
	[[nodiscard]] std::optional<Slot> probing() const { return probing_; }
	/// When clock() wants to be called next.
	[[nodiscard]] std::optional<Time> wake_at() const { return wake_at_; }

private:
	struct Slave {
		bool present = false;
		bool carrier = false;
		bool leaving = false;
		unsigned rank = 0;
		Time carrier_since{0};
		bool heard_from = false; ///< a probe it sent came in by the active slave
		bool heard_by = false;   ///< a probe of the active slave came in by it
		Time failed_at{0};       ///< when the kernel last switched away from it
		Time distrust{0};        ///< how long after that it is not returned to
	};

	[[nodiscard]] Slot best() const;
	/// Brings the active state and the carrier in line with what is known; `cause` of losing the active slave.
	[[nodiscard]] Actions settle(fom_cause cause, Time now);
	/// When a planned switch to this slot may happen; starts probing if that is what it waits for.
	[[nodiscard]] Time planned_at(Slot to, Time now);
	void move_active(Slot to, fom_cause cause, Time now, Actions &actions);

	Settings settings_;
	std::array<Slave, FOM_MAX_SLAVES> slaves_{};
	Slot active_ = FOM_NO_SLOT;
	Silence silence_;
	bool carrier_ = false;
	std::optional<Slot> chosen_;
	std::optional<Slot> probing_;
	Time probing_since_{0};
	std::optional<Time> wake_at_;
	Time moves_since_{0};
	Time moves_interval_ = kMovesInterval;
	unsigned moves_ = 0; ///< answered since then
};

} // namespace failover::model
