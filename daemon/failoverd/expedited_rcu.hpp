// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <optional>
#include <string>

namespace failover {

/// A setting of the kernel that has another value as long as this lives. Where the kernel does not have it, or has
/// that value already, nothing happens.
class BorrowedSetting {
public:
	BorrowedSetting(std::string path, int value);
	~BorrowedSetting();
	BorrowedSetting(const BorrowedSetting &) = delete;
	BorrowedSetting &operator=(const BorrowedSetting &) = delete;

private:
	std::string path_;
	std::optional<int> before_;
};

/// While it lives, the kernel's grace periods are the quick kind, as they are when it boots and suspends. Making a
/// master waits for several with the network's lock held, and part of that is the moment in which the interface taken
/// over is not there: attaching a program waits for one (tcx_link_attach(), 10 ms), moving a device between namespaces
/// for all callbacks (rcu_barrier(), 20 ms), which start the ordinary kind and look for its end a tick later than they
/// could (rcutree.jiffies_till_first_fqs). Who wants no quick ones at all says so to the kernel by rcu_normal.
class ExpeditedRcu {
	BorrowedSetting kind_{"/sys/kernel/rcu_expedited", 1};
	BorrowedSetting first_look_{"/sys/module/rcutree/parameters/jiffies_till_first_fqs", 0};
};

} // namespace failover
