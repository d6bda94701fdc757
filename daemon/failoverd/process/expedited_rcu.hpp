// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/places.hpp"

#include <optional>
#include <string>

namespace failover {

/// A setting of the kernel that has another value as long as this lives. Where the kernel does not have it, or has
/// that value already, nothing happens. What it was is noted in a file first: who is killed meanwhile leaves the value
/// to whoever comes next.
class BorrowedSetting {
public:
	/// `note`: the file, in a directory that is there; without it nothing is borrowed.
	BorrowedSetting(std::string path, int value, std::string note);
	~BorrowedSetting();
	BorrowedSetting(const BorrowedSetting &) = delete;
	BorrowedSetting &operator=(const BorrowedSetting &) = delete;

	/// What one that was killed has left is given back.
	static void give_back_left(const std::string &path, const std::string &note);

private:
	std::string path_, note_;
	std::optional<int> before_;
};

/// While it lives, the kernel's grace periods are the quick kind, as they are when it boots and suspends. Making a
/// master waits for several with the network's lock held, and part of that is the moment in which the interface taken
/// over is not there: attaching a program waits for one (tcx_link_attach(), 10 ms), moving a device between namespaces
/// for all callbacks (rcu_barrier(), 15 to 20 ms), which start the ordinary kind and look for its end a tick later than
/// they could (rcutree.jiffies_till_first_fqs). Who wants no quick ones at all says so to the kernel by rcu_normal.
class ExpeditedRcu {
public:
	/// At the start: a failoverd that was killed may have left them quick.
	static void give_back_left() {
		BorrowedSetting::give_back_left(kKind, kKindNote);
		BorrowedSetting::give_back_left(kFirstLook, kFirstLookNote);
	}

private:
	inline static const std::string kKind = "/sys/kernel/rcu_expedited";
	inline static const std::string kKindNote = kRuntimeDir + "/rcu_expedited.before";
	inline static const std::string kFirstLook = "/sys/module/rcutree/parameters/jiffies_till_first_fqs";
	inline static const std::string kFirstLookNote = kRuntimeDir + "/jiffies_till_first_fqs.before";

	BorrowedSetting kind_{kKind, 1, kKindNote};
	BorrowedSetting first_look_{kFirstLook, 0, kFirstLookNote};
};

} // namespace failover
