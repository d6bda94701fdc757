// SPDX-License-Identifier: GPL-2.0-only
// Offload features: what users turn on and off at the master (`ethtool -K`), its slaves follow.
#pragma once

#include "master/kernel.hpp"
#include "master/master.hpp"

namespace failover {

/// What users changed: the master's features that are asked for otherwise than when it was made. The port, the other
/// end of its pair, was made with the same and nobody touches it, so nothing needs to be remembered.
[[nodiscard]] FeatureValues feature_wishes(const netlink::Features &visible, const netlink::Features &port);

struct FeaturePlan {
	FeatureValues set;    ///< what to ask of the slave
	FeatureValues before; ///< of all that differs on our word: what the slave had of its own
};

/// What makes a slave, as it is now and was `before`, follow. A feature that is nobody's wish any more gets back what
/// the slave had. Features that the slave cannot change are left out.
[[nodiscard]] FeaturePlan plan_features(const FeatureValues &wishes, const netlink::Features &slave,
					FeatureValues before);

/// For a slave that joins, before it is opened: drivers that reset their NIC for a feature do it while no traffic
/// depends on it. What a slave refuses goes to the debug log, here and below.
void ready_features(Kernel &kernel, const Master &master, Slave &slave);
/// After the master's features changed, or may have changed before this daemon came.
void sync_features(Kernel &kernel, Master &master);
/// A slave that is given back, or is gone, has what it had of its own.
void restore_features(Kernel &kernel, Slave &slave);
void forget_features(int ifindex);

} // namespace failover
