// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

namespace failover {

/// While it lives, the kernel's grace periods are the quick kind, as they are when it boots and suspends. Attaching a
/// program to a device waits for one with the network's lock held (tcx_link_attach()), 10 ms each time; three of them
/// are a third of what making a master takes, and part of the moment in which the interface taken over is not there.
/// Nothing happens where somebody set it already; who wants no quick ones at all says so to the kernel by rcu_normal.
class ExpeditedRcu {
public:
	explicit ExpeditedRcu(std::string switch_path = "/sys/kernel/rcu_expedited");
	~ExpeditedRcu();
	ExpeditedRcu(const ExpeditedRcu &) = delete;
	ExpeditedRcu &operator=(const ExpeditedRcu &) = delete;

private:
	std::string path_;
	bool ours_ = false;
};

} // namespace failover
