// SPDX-License-Identifier: GPL-2.0-only
#include "model/silence.hpp"

#include <algorithm>
#include <utility>

namespace failover::model {

void Silence::switched(Slot from, Slot to, fom_cause cause) {
	active_ = to;
	returned_from_ = cause == FOM_CAUSE_FAILBACK ? from : FOM_NO_SLOT;
	undone_ = cause == FOM_CAUSE_PROBE ? from : FOM_NO_SLOT;
}

Silence::Verdict Silence::unanswered(bool replaceable, Time now) {
	// By what was returned to neither: it is not that path. Nobody is blamed until somebody answers.
	if (undone_ < doubts_.size()) {
		by_all_ = true;
		forget(undone_);
		return Trust{std::exchange(undone_, FOM_NO_SLOT)};
	}
	if (by_all_ || !replaceable || active_ >= doubts_.size() || returned_from_ >= doubts_.size())
		return {};
	auto &doubted = doubts_[active_];
	doubted.since = now;
	doubted.lasts = doubted.lasts >= kFirstSilence ? std::min(2 * doubted.lasts, kMostSilence) : kFirstSilence;
	return Doubt{active_, returned_from_, doubted.lasts};
}

void Silence::answered() {
	by_all_ = false;
	undone_ = FOM_NO_SLOT;
	if (active_ < doubts_.size())
		forget(active_);
}

} // namespace failover::model
