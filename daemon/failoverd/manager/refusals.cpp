// SPDX-License-Identifier: GPL-2.0-only
#include "manager/refusals.hpp"

#include <algorithm>

namespace failover {

namespace {

using std::chrono::seconds;

constexpr seconds kFirst{1}, kMost{60};

} // namespace

bool Refusals::add(const std::string &name, Time now, Again again) {
	const auto [entry, first] = refused_.try_emplace(name);
	auto &refusal = entry->second;
	if (again == Again::never) {
		refusal.next.reset();
		return first;
	}
	refusal.wait = first ? Time(kFirst) : std::min<Time>(2 * refusal.wait, kMost);
	refusal.next = now + refusal.wait;
	return first;
}

bool Refusals::bars(const std::string &name, Time now) const {
	const auto found = refused_.find(name);
	return found != refused_.end() && (!found->second.next || *found->second.next > now);
}

std::optional<Refusals::Time> Refusals::next() const {
	std::optional<Time> first;
	for (const auto &[name, refusal] : refused_)
		if (refusal.next && (!first || *refusal.next < *first))
			first = refusal.next;
	return first;
}

} // namespace failover
