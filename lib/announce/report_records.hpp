// SPDX-License-Identifier: GPL-2.0-only
// The records of IGMPv3 and MLDv2 reports, laid out alike but for the size of an address.
#pragma once

#include "announce/frame_reader.hpp"
#include "announce/wire.hpp"

#include <vector>

namespace failover::announce {

/// Whether a record says that its group is wanted. INCLUDE of no source is how leaving is said, BLOCK only narrows;
/// types unknown to the RFCs are skipped (RFC 3376 §4.2.12, RFC 3810 §5.2.12).
[[nodiscard]] inline bool record_joins(std::uint8_t type, std::size_t sources) {
	switch (type) {
	case wire::kModeIsExclude:
	case wire::kToExclude:
		return true;
	case wire::kModeIsInclude:
	case wire::kToInclude:
	case wire::kAllowNew:
		return sources != 0;
	default:
		return false;
	}
}

/// Reads from the two reserved bytes before the number of records on; appends the groups that are wanted.
template <typename Address>
[[nodiscard]] Status parse_records(FrameReader &in, Address (FrameReader::*read_address)(),
				   std::vector<Address> &groups) {
	in.skip(2);
	const auto records = in.u16();
	for (unsigned i = 0; i < records && !in.truncated(); ++i) {
		const auto at = in.position();
		const auto type = in.u8();
		const auto aux_words = in.u8();
		const auto sources = in.u16();
		const auto group = (in.*read_address)();
		in.skip(std::size_t{sources} * Address::kSize + std::size_t{aux_words} * 4);
		if (in.truncated() || !record_joins(type, sources))
			continue;
		if (!group.is_multicast())
			return FrameReader::fail_at(
			    at + 4, fmt::format("record {} joins {}, which is no group", i + 1, group.to_string()));
		groups.push_back(group);
	}
	if (in.truncated())
		return in.fail_short(fmt::format("the {} records of the report", records));
	return {};
}

} // namespace failover::announce
