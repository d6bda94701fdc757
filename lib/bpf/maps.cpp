// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/maps.hpp"

#include <array>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <sys/mman.h>
#include <utility>

namespace failover::bpf {

namespace {

constexpr std::size_t kTableBytes = sizeof(fom_master) * FOM_MAX_MASTERS;

using BusKey = std::array<char, FOM_BUS_ID_LEN>;

Result<BusKey> bus_key(const std::string &bus_id) {
	BusKey key{};
	if (bus_id.empty() || bus_id.size() >= key.size())
		return fail(fmt::format("bus name \"{}\" must have 1 to {} characters", bus_id, key.size() - 1));
	bus_id.copy(key.data(), bus_id.size());
	return key;
}

Result<UniqueFd> open_pin(const std::string &path, bool writable) {
	LIBBPF_OPTS(bpf_obj_get_opts, options, .file_flags = writable ? 0u : unsigned{BPF_F_RDONLY});
	UniqueFd fd(bpf_obj_get_opts(path.c_str(), &options));
	if (!fd)
		return fail_errno(errno, fmt::format("BPF map {}", path));
	return fd;
}

} // namespace

Result<MasterTable> MasterTable::map(int map_fd, bool writable) {
	void *memory = ::mmap(nullptr, kTableBytes, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, map_fd, 0);
	if (memory == MAP_FAILED)
		return fail_errno(errno, "mapping the table of masters");
	return MasterTable(static_cast<fom_master *>(memory));
}

MasterTable::MasterTable(MasterTable &&other) noexcept : table_(std::exchange(other.table_, nullptr)) {}

MasterTable &MasterTable::operator=(MasterTable &&other) noexcept {
	std::swap(table_, other.table_);
	return *this;
}

MasterTable::~MasterTable() {
	if (table_)
		::munmap(table_, kTableBytes);
}

Result<Maps> Maps::open_pinned(bool writable, const std::string &root) {
	// Also a reader opens it for writing: the kernel takes a shared mapping of a read-only descriptor for a private
	// one (do_mmap() drops VM_SHARED) and refuses it. The mapping itself is read-only.
	auto masters_fd = open_pin(map_pin("fom_masters", root), true);
	if (!masters_fd)
		return tl::unexpected(masters_fd.error());
	auto table = MasterTable::map(masters_fd->get(), writable);
	if (!table)
		return tl::unexpected(table.error());

	Maps maps(std::move(*table));
	const int cpus = libbpf_num_possible_cpus();
	if (cpus < 1)
		return fail_errno(-cpus, "number of CPUs");
	maps.cpus_ = static_cast<unsigned>(cpus);
	const std::pair<const char *, UniqueFd *> pins[] = {{"fom_stats", &maps.stats_}, {"fom_events", &maps.events_}};
	for (const auto &[name, fd] : pins) {
		auto opened = open_pin(map_pin(name, root), writable);
		if (!opened)
			return tl::unexpected(opened.error());
		*fd = std::move(*opened);
	}
	if (auto devices = open_pin(map_pin("fom_devices", root), writable))
		maps.devices_ = std::move(*devices);
	if (auto adopted = open_pin(map_pin("fom_adopted", root), writable))
		maps.adopted_ = std::move(*adopted);
	return maps;
}

Result<fom_stats> Maps::stats(unsigned master, unsigned slot) const {
	const std::uint32_t key = master * FOM_MAX_SLAVES + slot;
	std::vector<fom_stats> per_cpu(cpus_);
	if (bpf_map_lookup_elem(stats_.get(), &key, per_cpu.data()) < 0)
		return fail_errno(errno, fmt::format("counters of master {} slot {}", master, slot));
	fom_stats sum{};
	for (const auto &cpu : per_cpu) {
		sum.tx_packets += cpu.tx_packets;
		sum.tx_bytes += cpu.tx_bytes;
		sum.rx_packets += cpu.rx_packets;
		sum.rx_bytes += cpu.rx_bytes;
		sum.rx_duplicate += cpu.rx_duplicate;
		sum.rx_reflected += cpu.rx_reflected;
		sum.tx_rescued += cpu.tx_rescued;
		sum.tx_no_path += cpu.tx_no_path;
	}
	return sum;
}

Status Maps::clear_stats(unsigned master, unsigned slot) {
	const std::uint32_t key = master * FOM_MAX_SLAVES + slot;
	const std::vector<fom_stats> zero(cpus_);
	if (bpf_map_update_elem(stats_.get(), &key, zero.data(), BPF_ANY) < 0)
		return fail_errno(errno, fmt::format("clearing counters of master {} slot {}", master, slot));
	return {};
}

Status Maps::set_device(const std::string &bus_id, std::uint32_t place) {
	if (!devices_)
		return {};
	auto key = bus_key(bus_id);
	if (!key)
		return tl::unexpected(key.error());
	if (bpf_map_update_elem(devices_.get(), key->data(), &place, BPF_ANY) < 0)
		return fail_errno(errno, fmt::format("noting device {} for the datapath", bus_id));
	return {};
}

Status Maps::remove_device(const std::string &bus_id) {
	auto key = bus_key(bus_id);
	if (!devices_ || !key)
		return {};
	if (bpf_map_delete_elem(devices_.get(), key->data()) < 0 && errno != ENOENT)
		return fail_errno(errno, fmt::format("forgetting device {} in the datapath", bus_id));
	return {};
}

void Maps::remove_devices_at(std::uint32_t place) {
	std::vector<std::array<char, FOM_BUS_ID_LEN>> there;
	std::array<char, FOM_BUS_ID_LEN> key{};
	const void *before = nullptr;
	while (devices_ && bpf_map_get_next_key(devices_.get(), before, key.data()) == 0) {
		std::uint32_t value = 0;
		if (bpf_map_lookup_elem(devices_.get(), key.data(), &value) == 0 && value == place)
			there.push_back(key);
		before = key.data();
	}
	for (const auto &one : there)
		(void)bpf_map_delete_elem(devices_.get(), one.data());
}

Status Maps::set_adopted(int ifindex, std::uint32_t place) {
	// It comes with the first program that knows it, perhaps only after the other maps were opened.
	if (!adopted_) {
		auto opened = open_pin(map_pin("fom_adopted"), true);
		if (!opened)
			return tl::unexpected(opened.error());
		adopted_ = std::move(*opened);
	}
	if (bpf_map_update_elem(adopted_.get(), &ifindex, &place, BPF_ANY) < 0)
		return fail_errno(errno, fmt::format("noting the slave with ifindex {} for the datapath", ifindex));
	return {};
}

Status Maps::remove_adopted(int ifindex) {
	if (adopted_ && bpf_map_delete_elem(adopted_.get(), &ifindex) < 0 && errno != ENOENT)
		return fail_errno(errno, fmt::format("forgetting the slave with ifindex {} in the datapath", ifindex));
	return {};
}

} // namespace failover::bpf
