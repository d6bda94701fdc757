// SPDX-License-Identifier: GPL-2.0-only
// A master's places in the hidden namespace (FOM_PLACE), emptied, whatever is there and however far things had come.
#pragma once

#include "master/kernel.hpp"
#include "takeover/snapshot.hpp"

namespace failover {

enum class Returned {
	whole,  ///< or there was nothing to give back: it is gone
	hidden, ///< it could not be given back, and is where it was
};

/// Takes the master `index` out of the table, deletes its pair, then gives its NICs back, each as its alias tells it
/// was known; the standby, where what was on it is given, as that says, with its configuration, also if it has come
/// back before and only lacks that. What cannot be done is logged.
Returned give_back_place(Kernel &kernel, unsigned index, const takeover::Snapshot *standby);

/// What lies in places that belong to nobody by the table, NICs and pairs, goes the same way.
void give_back_strays(Kernel &kernel);

} // namespace failover
