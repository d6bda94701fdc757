// SPDX-License-Identifier: GPL-2.0-only
// A master's places in the hidden namespace (FOM_PLACE), emptied, whatever is there and however far things had come.
#pragma once

#include "base/places.hpp"
#include "master/kernel.hpp"
#include "takeover/snapshot.hpp"

#include <optional>

namespace failover {

/// Takes the master `index` out of the table, deletes its pair, then gives its NICs back: each as its alias tells it
/// was known, the standby as `standby` where that is given. What cannot be done is logged.
void give_back_place(Kernel &kernel, unsigned index, const std::optional<VisibleIdentity> &standby);

/// What lies in places that belong to nobody by the table, NICs and pairs, goes the same way.
void give_back_strays(Kernel &kernel);

/// The configuration of an interface that is back under its name. False where it is not there, which is no fault.
bool put_configuration(Kernel &kernel, const takeover::Snapshot &snapshot);

} // namespace failover
