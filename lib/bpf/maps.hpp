// SPDX-License-Identifier: GPL-2.0-only
// The shared maps as values. Reading needs nothing but the pins, so failoverctl can do it while failoverd is down.
#pragma once

#include "base/fd.hpp"
#include "base/mac_address.hpp"
#include "base/result.hpp"
#include "bpf/pins.hpp"

#include <linux/fom_abi.h>
#include <optional>
#include <span>
#include <vector>

namespace failover::bpf {

/// Memory of the map fom_masters, shared with the programs.
class MasterTable {
public:
	/// `writable` is for the daemon; a reader maps the table read-only.
	[[nodiscard]] static Result<MasterTable> map(int map_fd, bool writable);
	MasterTable(MasterTable &&other) noexcept;
	MasterTable &operator=(MasterTable &&other) noexcept;
	MasterTable(const MasterTable &) = delete;
	MasterTable &operator=(const MasterTable &) = delete;
	~MasterTable();

	[[nodiscard]] fom_master &at(unsigned index) { return table_[index]; }
	[[nodiscard]] const fom_master &at(unsigned index) const { return table_[index]; }
	[[nodiscard]] bool used(unsigned index) const { return table_[index].version != 0; }

private:
	explicit MasterTable(fom_master *table) : table_(table) {}
	fom_master *table_ = nullptr;
};

/// The other maps, by file descriptor.
class Maps {
public:
	/// Opens what is pinned below `root`; fails with ENOENT when nothing is.
	[[nodiscard]] static Result<Maps> open_pinned(bool writable, const std::string &root = kPinRoot);

	[[nodiscard]] MasterTable &masters() { return masters_; }
	[[nodiscard]] const MasterTable &masters() const { return masters_; }
	[[nodiscard]] int events_fd() const { return events_.get(); }

	/// What passed by one slot, all CPUs together.
	[[nodiscard]] Result<fom_stats> stats(unsigned master, unsigned slot) const;
	Status clear_stats(unsigned master, unsigned slot);
	/// Tells watch.trace.bpf.c the place (fom_abi.h) of the device of this bus name. Without that map it does
	/// nothing.
	Status set_device(const std::string &bus_id, std::uint32_t place);
	Status remove_device(const std::string &bus_id);
	/// Of whatever was said to be there.
	void remove_devices_at(std::uint32_t place);
	/// Tells the programs the place of a slave that stays in the users' namespace.
	Status set_adopted(int ifindex, std::uint32_t place);
	Status remove_adopted(int ifindex);

private:
	explicit Maps(MasterTable masters) : masters_(std::move(masters)) {}
	MasterTable masters_;
	UniqueFd stats_, events_, devices_, adopted_;
	unsigned cpus_ = 1;
};

} // namespace failover::bpf
