// SPDX-License-Identifier: GPL-2.0-only
// A master's places in the hidden namespace (FOM_PLACE), emptied, whatever is there and however far things had come.
#pragma once

#include "master/kernel.hpp"
#include "master/master.hpp"
#include "takeover/snapshot.hpp"

#include <string>
#include <vector>

namespace failover {

struct Returned {
	bool whole = true; ///< or there was nothing to give back: it is gone
	/// NICs, as they are called now; those that could not be given back, as they were.
	std::vector<std::string> names;
};

/// Takes the master `index` out of the table, deletes its pair, then gives its NICs back, each as its alias tells it
/// was known; the standby, where what was on it is given, as that says, with its configuration, also if it has come
/// back before and only lacks that. `known` is that master, if there is one: what its slaves were before is known from
/// there, otherwise only from the kernel and what failoverd noted. What cannot be done is logged; an error is returned
/// where nothing was touched.
[[nodiscard]] Result<Returned> give_back_place(Kernel &kernel, unsigned index, const takeover::Snapshot *standby,
					       const Master *known = nullptr);

/// What lies in places that belong to nobody by the table, NICs and pairs, goes the same way.
void give_back_strays(Kernel &kernel);

} // namespace failover
