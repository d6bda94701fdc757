// SPDX-License-Identifier: GPL-2.0-only
// The master that tests speak about: a VF that took over from the paravirtual NIC.
#pragma once

#include "control/types.hpp"

namespace failover::control {

inline MasterState sample_master() {
	MasterState master;
	master.name = "ens3";
	master.ifindex = 2;
	master.mac = "52:54:00:12:34:56";
	master.mtu = 1500;
	master.carrier = true;
	master.backend = "ebpf";
	master.link = "netkit";
	master.hook = "tcx";
	master.liveness = "fentry";
	master.policy = "failover-order";
	master.notify = true;
	master.active = "vf0";
	master.since = 1'700'000'000'000'000;
	master.switches = 3;
	master.last = SwitchRecord{1'700'000'000'000'000, "virtio0", "vf0", "failback", "daemon", 1840, 0};
	master.slaves = {
	    {"vf0",
	     5,
	     "primary",
	     master.mac,
	     "mlx5_core",
	     "0000:02:00.0",
	     1500,
	     true,
	     "active",
	     true,
	     {9'000, 900'000, 12'000, 1'200'000, 0, 0, 0, 0}},
	    {"virtio0",
	     4,
	     "standby",
	     master.mac,
	     "virtio_net",
	     "virtio0",
	     1500,
	     true,
	     "ready",
	     false,
	     {10, 1'000, 700, 70'000, 650, 2, 10, 1}},
	};
	return master;
}

inline EventRecord sample_event() {
	return {1'700'000'000'000'000, "switch", "ens3", "vf0", "virtio0 -> vf0: failback", sample_master().last};
}

} // namespace failover::control
