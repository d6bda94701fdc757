// SPDX-License-Identifier: GPL-2.0-only
// Interfaces that could not be taken. A try may hide one for a moment, and giving it back is news that would lead to
// the next try: so none is made at once. Pure.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace failover {

class Refusals {
public:
	using Time = std::chrono::nanoseconds; ///< of any one clock

	enum class Again {
		any_time, ///< nothing was touched
		later,    ///< after a second, then after twice as long each time, a minute at most
		never,    ///< by itself: it carries the guest's traffic, which each try interrupts
	};

	/// True the first time, when it is to be told. A device is known by name and ifindex: what comes by that name
	/// is another.
	bool add(const std::string &name, int ifindex, Time now, Again again);
	[[nodiscard]] bool bars(const std::string &name, int ifindex, Time now) const;
	/// When the next one may be tried that may not be yet. What is due by now has been, or nobody wants it.
	[[nodiscard]] std::optional<Time> next(Time now) const;
	/// What they were refused for may be over: those for later are for now, and then wait as at first.
	void hasten(Time now);
	void erase(const std::string &name) { refused_.erase(name); }
	void clear() { refused_.clear(); }
	/// Those of names that are gone.
	template <typename Gone> void erase_if(Gone gone) {
		std::erase_if(refused_, [&](const auto &entry) { return gone(entry.first); });
	}

private:
	struct Refusal {
		int ifindex = 0;
		std::optional<Time> next; ///< nothing: never
		Time wait{};
	};
	std::map<std::string, Refusal> refused_;
};

} // namespace failover
