// SPDX-License-Identifier: GPL-2.0-only
#include "sequence_log.hpp"

#include <iterator>

namespace failover::traffic {

Arrival SequenceLog::record(std::uint64_t sequence, std::uint64_t sent_ns) {
	if (sequence < next_)
		return record_late(sequence, sent_ns);

	const bool gap = sequence > next_;
	if (gap)
		holes_.emplace(next_, LostRange{next_, sequence - 1, last_sent_ns_, sent_ns});
	next_ = sequence + 1;
	last_sent_ns_ = sent_ns;
	++received_;
	return gap ? Arrival::kAfterGap : Arrival::kInOrder;
}

Arrival SequenceLog::record_late(std::uint64_t sequence, std::uint64_t sent_ns) {
	auto above = holes_.upper_bound(sequence);
	if (above == holes_.begin() || std::prev(above)->second.last < sequence) {
		++duplicates_;
		return Arrival::kDuplicate;
	}

	const auto hole = std::prev(above)->second;
	holes_.erase(std::prev(above));
	if (hole.first < sequence)
		holes_.emplace(hole.first, LostRange{hole.first, sequence - 1, hole.sent_after_ns, sent_ns});
	if (sequence < hole.last)
		holes_.emplace(sequence + 1, LostRange{sequence + 1, hole.last, sent_ns, hole.sent_before_ns});
	++received_;
	++reordered_;
	return Arrival::kLate;
}

std::vector<LostRange> SequenceLog::lost() const {
	std::vector<LostRange> ranges;
	ranges.reserve(holes_.size());
	for (const auto &[first, hole] : holes_)
		ranges.push_back(hole);
	return ranges;
}

} // namespace failover::traffic
