// SPDX-License-Identifier: GPL-2.0-only
#include "manager/refusals.hpp"

#include <algorithm>

namespace failover {

namespace {

using std::chrono::seconds;

constexpr seconds kFirst{1}, kMost{60};

} // namespace

bool Refusals::add(const std::string &name, int ifindex, Time now, Again again) {
	auto &refusal = refused_[name];
	const bool first = refusal.ifindex != ifindex;
	if (first)
		refusal = {ifindex, {}, {}};
	switch (again) {
	case Again::any_time:
		refusal.next = now;
		break;
	case Again::later:
		refusal.wait = std::clamp<Time>(2 * refusal.wait, kFirst, kMost);
		refusal.next = now + refusal.wait;
		break;
	case Again::never:
		refusal.next.reset();
		break;
	}
	return first;
}

bool Refusals::bars(const std::string &name, int ifindex, Time now) const {
	const auto found = refused_.find(name);
	return found != refused_.end() && found->second.ifindex == ifindex &&
	       (!found->second.next || *found->second.next > now);
}

std::optional<Refusals::Time> Refusals::next(Time now) const {
	std::optional<Time> first;
	for (const auto &[name, refusal] : refused_)
		if (refusal.next && *refusal.next > now && (!first || *refusal.next < *first))
			first = refusal.next;
	return first;
}

void Refusals::hasten(Time now) {
	for (auto &[name, refusal] : refused_)
		if (refusal.next) {
			refusal.next = now;
			refusal.wait = {};
		}
}

} // namespace failover
