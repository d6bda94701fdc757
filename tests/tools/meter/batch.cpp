// SPDX-License-Identifier: GPL-2.0-only
#include "batch.hpp"

#include <algorithm>

namespace failover::meter {

Batch::Batch(std::span<const std::uint8_t> bytes) {
	const auto size = std::min(bytes.size(), kMost);
	for (unsigned i = 0; i < kCount; ++i) {
		std::copy_n(bytes.begin(), size, bytes_[i].begin());
		parts_[i] = {bytes_[i].data(), size};
		messages_[i].msg_hdr.msg_iov = &parts_[i];
		messages_[i].msg_hdr.msg_iovlen = 1;
	}
}

} // namespace failover::meter
