// SPDX-License-Identifier: GPL-2.0-only
// The three states an operator meets, all told from the same master.
#pragma once

#include "../control/samples.hpp"
#include "render/view.hpp"

namespace failover::ctl {

/// Three minutes and twelve seconds after the sample's switch; no colours, no end of line.
inline View plain_view() {
	View view;
	view.now = 1'700'000'192'000'000;
	return view;
}

/// The VF was unplugged: traffic goes on by the paravirtual NIC.
inline control::MasterState scene_unplugged() {
	auto master = control::sample_master();
	master.active = "virtio0";
	master.slaves[0].health = "gone";
	master.slaves[0].carrier = false;
	master.slaves[1].health = "active";
	master.last = control::SwitchRecord{1'700'000'000'000'000, "vf0", "virtio0", "unbind", "kernel", 312, 3};
	return master;
}

/// ... and then the paravirtual one lost its link.
inline control::MasterState scene_dark() {
	auto master = scene_unplugged();
	master.active = "";
	master.carrier = false;
	master.slaves[1].health = "no-carrier";
	master.slaves[1].carrier = false;
	master.last = control::SwitchRecord{1'700'000'000'000'000, "virtio0", "", "carrier-loss", "kernel", 18, 1};
	return master;
}

/// ... and the fabric goes on sending to the port where it was.
inline control::MasterState scene_silent() {
	auto master = scene_unplugged();
	master.unanswered = control::Unanswered{master.since,
						"virtio0",
						{"10.0.0.1", "fe80::1"},
						"the fabric may still deliver 52:54:00:12:34:56 to the primary's port",
						""};
	return master;
}

/// It is back, and was left again because nobody answered by it.
inline control::MasterState scene_doubted() {
	auto master = control::sample_master();
	master.active = "virtio0";
	master.slaves[0].health = "ready";
	master.slaves[0].doubted_until = 1'700'000'252'000'000;
	master.slaves[1].health = "active";
	master.last = control::SwitchRecord{1'700'000'000'000'000, "vf0", "virtio0", "probe", "kernel", 312, 0};
	return master;
}

} // namespace failover::ctl
