// SPDX-License-Identifier: GPL-2.0-only
#include "manager/doubt.hpp"

namespace failover {

namespace {

using std::chrono::milliseconds;
static_assert(model::kMostSilence <= milliseconds(FOM_DOUBT_MOST_MS));

} // namespace

std::optional<kmod::Doubt> doubt_for_silence(const kmod::Master &master, model::Silence &silence, model::Time now) {
	// Another switch is about to be told, after which they are asked again.
	if (silence.active() != master.active)
		return std::nullopt;
	for (const auto &slave : master.slaves)
		silence.recall(slave.slot, milliseconds(slave.doubt_ms));
	const auto *before = master.slave_in(silence.returned_from());
	const bool replaceable = before && before->usable() && !before->doubted() && master.chosen == FOM_NO_SLOT;
	const auto verdict = silence.unanswered(replaceable, now);
	if (const auto *doubt = std::get_if<model::Silence::Doubt>(&verdict))
		return kmod::Doubt{static_cast<std::uint8_t>(doubt->slot),
				   static_cast<std::uint32_t>(doubt->lasts / milliseconds(1))};
	if (const auto *trust = std::get_if<model::Silence::Trust>(&verdict))
		return kmod::Doubt{static_cast<std::uint8_t>(trust->slot), 0};
	return std::nullopt;
}

} // namespace failover
