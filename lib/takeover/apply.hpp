// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "takeover/snapshot.hpp"

#include <string>
#include <vector>

namespace failover::takeover {

/// What could not be put back, each a full sentence naming the thing.
struct Outcome {
	std::vector<std::string> failures;
	[[nodiscard]] bool complete() const { return failures.empty(); }
};

/// Puts the configuration on the interface `ifindex` of the calling thread's network namespace, which the caller has
/// given the old name already. Goes on after a failure, so that as much as possible works; may be repeated: what is
/// there already is left alone. Lifetimes count from the capture, so apply soon.
[[nodiscard]] Outcome apply_all(const Snapshot &snapshot, int ifindex);
/// The same as one verdict: an error whose message lists every failure.
[[nodiscard]] Status apply(const Snapshot &snapshot, int ifindex);

} // namespace failover::takeover
