// SPDX-License-Identifier: GPL-2.0-only
#pragma once

namespace failover {

/// For a device that gets the index of one that has just left this namespace. udev keeps what it knows by index
/// (/run/udev/data/n2) until it gets to the removal; whoever waits for udev to be done with a new device, as networkd
/// does, would find that record, go on without waiting, and have it taken away half-way: a DHCP client then knows the
/// device by another identifier and gets another lease.
void forget_udev_record(int ifindex);
/// The same where there is time: lets udev get to the removal first, for at most a second.
void await_udev_removal(int ifindex);

} // namespace failover
