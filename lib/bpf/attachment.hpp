// SPDX-License-Identifier: GPL-2.0-only
// Programs at devices. Every function works on ifindexes of the calling thread's namespace (the hidden one) and leaves
// an attachment that is right already alone.
#pragma once

#include "base/result.hpp"

#include <string>

namespace failover::bpf {

enum class Hook { kNetkit, kTcx, kFilter, kXdp };

[[nodiscard]] const char *hook_name(Hook hook);

/// The transmit program where frames leave the master. `netkit`: the device is the primary end of a netkit pair and the
/// program runs when the peer transmits; else it is a veth and the program runs at its ingress.
[[nodiscard]] Result<Hook> attach_tx(int program_fd, int ifindex, bool netkit);
/// The receive program at a slave's ingress.
[[nodiscard]] Result<Hook> attach_rx(int program_fd, int ifindex);
/// The XDP program at a slave, in the driver only (never generic XDP, which costs more than it saves).
[[nodiscard]] Status attach_xdp(int program_fd, int ifindex);
/// Both programs for slaves of a net_failover, at a device of the namespace that users see, beside what users have
/// there.
[[nodiscard]] Result<Hook> attach_adopted(int rx_fd, int tx_fd, int ifindex);
/// The one program for its master, where frames leave that, after all filters that users have there.
[[nodiscard]] Status attach_adopted_master(int steer_fd, int ifindex);
/// Takes them off either again, and leaves what users have there.
void detach_adopted(int ifindex);
/// Takes our programs off a device of the hidden namespace; harmless when there are none or the device is gone.
void detach_all(int ifindex);

} // namespace failover::bpf
