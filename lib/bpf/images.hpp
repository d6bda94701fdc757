// SPDX-License-Identifier: GPL-2.0-only
// The BPF objects as they lie in this program's file.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace failover::bpf {

using Image = std::span<const std::byte>;

/// All that this program brings, whether this kernel gets them or not.
[[nodiscard]] std::array<Image, 6> images();

/// Of exactly these objects, in 16 hexadecimal digits: what another build loaded is told by it.
[[nodiscard]] std::string images_identity();

/// They have been read and may not be for long: their memory is given back, the file has them.
void images_rest();

} // namespace failover::bpf
