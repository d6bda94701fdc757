// SPDX-License-Identifier: GPL-2.0-only
// What it says of a master's slaves that nobody answers after a switch; for every backend. Pure.
#pragma once

#include <array>
#include <chrono>
#include <linux/fom_abi.h>
#include <variant>

namespace failover::model {

/// Any monotonic clock; failoverd uses CLOCK_BOOTTIME as the kernel's events do.
using Time = std::chrono::nanoseconds;
using Slot = unsigned; ///< 0..FOM_MAX_SLAVES-1, FOM_NO_SLOT

/// A slave by which nobody answered after a failback is tried again after this long, doubled for each further time
/// until somebody answers: each time costs the seconds that it takes to find out.
inline constexpr Time kFirstSilence = std::chrono::minutes(1);
inline constexpr Time kMostSilence = std::chrono::hours(1);

class Silence {
public:
	/// The failback to `slot` is to be undone in favour of `instead`, and not repeated for so long.
	struct Doubt {
		Slot slot, instead;
		Time lasts;
		friend bool operator==(const Doubt &, const Doubt &) = default;
	};
	/// It was not the fault of `slot`: it may be active at once.
	struct Trust {
		Slot slot;
		friend bool operator==(const Trust &, const Trust &) = default;
	};
	/// Nothing: it is only to be told.
	using Verdict = std::variant<std::monostate, Doubt, Trust>;

	void switched(Slot from, Slot to, fom_cause cause);
	/// A slave has come or gone: nothing is known of it.
	void forget(Slot slot) { doubts_.at(slot) = {}; }
	/// What is kept elsewhere of the last doubt; 0: there was none.
	void recall(Slot slot, Time lasted) { doubts_.at(slot).lasts = lasted; }

	[[nodiscard]] Slot active() const { return active_; }
	/// What a failback left, if that was the last switch; else FOM_NO_SLOT.
	[[nodiscard]] Slot returned_from() const { return returned_from_; }
	/// Neighbours that were asked since the last switch are all silent. `replaceable`: what was returned from could
	/// carry the traffic, and no operator wants it otherwise.
	[[nodiscard]] Verdict unanswered(bool replaceable, Time now);
	/// One of them answers by the active slave.
	void answered();
	/// When this slave may be returned to.
	[[nodiscard]] Time until(Slot slot) const { return doubts_.at(slot).since + doubts_.at(slot).lasts; }

private:
	struct Doubted {
		Time since{0};
		Time lasts{0};
	};

	std::array<Doubted, FOM_MAX_SLAVES> doubts_{};
	Slot active_ = FOM_NO_SLOT;
	Slot returned_from_ = FOM_NO_SLOT;
	Slot undone_ = FOM_NO_SLOT; ///< left again because nobody answered by it; none after any other switch
	bool by_all_ = false;       ///< nobody answered by what was returned to either
};

} // namespace failover::model
