// SPDX-License-Identifier: GPL-2.0-only
// The field names of io.failover, once: both directions of the JSON conversion walk these lists.
#pragma once

#include "control/types.hpp"

#include <type_traits>

namespace failover::control {

/// A list works for the struct and for its const view alike.
template <typename S, typename T>
concept ViewOf = std::is_same_v<std::remove_const_t<S>, T>;

template <ViewOf<Counters> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("tx_packets", s.tx_packets);
	visit("tx_bytes", s.tx_bytes);
	visit("rx_packets", s.rx_packets);
	visit("rx_bytes", s.rx_bytes);
	visit("rx_duplicate", s.rx_duplicate);
	visit("rx_reflected", s.rx_reflected);
	visit("tx_rescued", s.tx_rescued);
	visit("tx_no_path", s.tx_no_path);
}

template <ViewOf<SlaveState> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("name", s.name);
	visit("ifindex", s.ifindex);
	visit("role", s.role);
	visit("mac", s.mac);
	visit("driver", s.driver);
	visit("bus", s.bus);
	visit("mtu", s.mtu);
	visit("carrier", s.carrier);
	visit("health", s.health);
	visit("xdp", s.xdp);
	visit("counters", s.counters);
	visit("doubted_until", s.doubted_until);
}

template <ViewOf<SwitchRecord> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("time", s.time);
	visit("from", s.from);
	visit("to", s.to);
	visit("cause", s.cause);
	visit("by", s.by);
	visit("duration_us", s.duration_us);
	visit("lost", s.lost);
}

template <ViewOf<Unanswered> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("since", s.since);
	visit("slave", s.slave);
	visit("asked", s.asked);
	visit("hint", s.hint);
	visit("back_on", s.back_on);
}

template <ViewOf<MasterState> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("name", s.name);
	visit("ifindex", s.ifindex);
	visit("mac", s.mac);
	visit("mtu", s.mtu);
	visit("carrier", s.carrier);
	visit("backend", s.backend);
	visit("link", s.link);
	visit("hook", s.hook);
	visit("liveness", s.liveness);
	visit("policy", s.policy);
	visit("notify", s.notify);
	visit("active", s.active);
	visit("since", s.since);
	visit("switches", s.switches);
	visit("last", s.last);
	visit("unanswered", s.unanswered);
	visit("slaves", s.slaves);
}

template <ViewOf<EventRecord> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("time", s.time);
	visit("kind", s.kind);
	visit("master", s.master);
	visit("slave", s.slave);
	visit("message", s.message);
	visit("switch", s.switch_record);
}

template <ViewOf<Capability> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("name", s.name);
	visit("state", s.state);
	visit("detail", s.detail);
}

template <ViewOf<ProbeReport> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("backend", s.backend);
	visit("capabilities", s.capabilities);
}

template <ViewOf<VersionInfo> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("version", s.version);
	visit("abi", s.abi);
	visit("kernel", s.kernel);
	visit("pid", s.pid);
	visit("started", s.started);
}

template <ViewOf<SwitchRequest> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("master", s.master);
	visit("to", s.to);
}

template <ViewOf<AttachRequest> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("standby", s.standby);
	visit("primary", s.primary);
}

template <ViewOf<MasterQuery> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("master", s.master);
}

template <ViewOf<EventQuery> S, typename Visit> void for_each_field(S &s, Visit &&visit) {
	visit("master", s.master);
	visit("limit", s.limit);
}

} // namespace failover::control
