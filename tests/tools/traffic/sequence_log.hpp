// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace failover::traffic {

/// Sequence numbers that have not arrived. The times are the sender's stamps on the neighbours that did arrive, so
/// the loss happened between them; 0 where there is no earlier neighbour.
struct LostRange {
	std::uint64_t first;
	std::uint64_t last;
	std::uint64_t sent_after_ns;
	std::uint64_t sent_before_ns;

	[[nodiscard]] std::uint64_t count() const { return last - first + 1; }
};

enum class Arrival { kInOrder, kAfterGap, kLate, kDuplicate };

/// Which packets of a numbered flow have arrived. A late packet fills its hole again, so `lost` is always what is
/// missing now. Numbers start at 0; what is missing behind the highest number is for the sender's count to tell.
class SequenceLog {
public:
	Arrival record(std::uint64_t sequence, std::uint64_t sent_ns);

	[[nodiscard]] std::uint64_t received() const { return received_; } ///< without duplicates
	[[nodiscard]] std::uint64_t next() const { return next_; }         ///< highest number seen + 1, 0: none seen
	[[nodiscard]] std::uint64_t duplicates() const { return duplicates_; }
	[[nodiscard]] std::uint64_t reordered() const { return reordered_; }
	[[nodiscard]] std::uint64_t lost_total() const { return next_ - received_; }
	[[nodiscard]] std::vector<LostRange> lost() const;

private:
	Arrival record_late(std::uint64_t sequence, std::uint64_t sent_ns);

	std::map<std::uint64_t, LostRange> holes_; ///< by first number
	std::uint64_t next_ = 0;
	std::uint64_t last_sent_ns_ = 0; ///< stamp of number next_ - 1
	std::uint64_t received_ = 0;
	std::uint64_t duplicates_ = 0;
	std::uint64_t reordered_ = 0;
};

} // namespace failover::traffic
