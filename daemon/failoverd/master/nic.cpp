// SPDX-License-Identifier: GPL-2.0-only
#include "master/nic.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace failover {

namespace {

namespace fs = std::filesystem;

/// Drivers of paravirtual NICs: always there, whatever the host does with its hardware.
constexpr std::array kParavirtualDrivers{"virtio_net", "vif" /* xen-netfront */, "ibmveth", "hv_netvsc"};

std::string read_line(const fs::path &path) {
	std::ifstream file(path);
	std::string line;
	std::getline(file, line);
	return line;
}

/// "0000:01:00.0": domain, bus, device, function.
bool is_pci_name(const std::string &name) {
	return name.size() == 12 && name[4] == ':' && name[7] == ':' && name[10] == '.';
}

/// Slots are listed by the address of their device without the function.
std::string slot_of(const std::string &pci) {
	std::error_code error;
	for (const auto &slot : fs::directory_iterator("/sys/bus/pci/slots", error))
		if (!pci.empty() && read_line(slot.path() / "address") == pci.substr(0, 10))
			return slot.path().filename();
	return {};
}

} // namespace

std::string Nic::pci() const {
	const auto found = std::ranges::find_if(bus_path, is_pci_name);
	return found == bus_path.end() ? "" : *found;
}

bool Nic::paravirtual() const {
	return std::ranges::find(kParavirtualDrivers, driver) != kParavirtualDrivers.end();
}

Nic describe_nic(netlink::Link link, netlink::EthtoolSocket &ethtool) {
	Nic nic;
	nic.link = std::move(link);
	if (auto driver = ethtool.driver(nic.link.ifindex))
		nic.driver = driver->driver;
	if (nic.link.parent_name.empty())
		return nic;

	nic.bus_path.push_back(nic.link.parent_name);
	std::error_code error;
	const auto device =
	    fs::canonical(fmt::format("/sys/bus/{}/devices/{}", nic.link.parent_bus, nic.link.parent_name), error);
	if (error)
		return nic;
	for (auto parent = device.parent_path(); parent.has_filename() && parent != parent.root_path();
	     parent = parent.parent_path()) {
		if (is_pci_name(parent.filename()))
			nic.bus_path.push_back(parent.filename());
		if (parent.filename() == "devices")
			break;
	}
	nic.slot = slot_of(nic.pci());
	// The firmware tells it of the PCI function, which for a virtio device is the parent.
	const std::string index = read_line(fs::path("/sys/bus/pci/devices") / nic.pci() / "acpi_index");
	if (std::uint16_t value = 0;
	    std::from_chars(index.data(), index.data() + index.size(), value).ec == std::errc{} && value != 0)
		nic.acpi_index = value;
	return nic;
}

bool matches(const config::NicMatch &match, const Nic &nic) {
	if (match.empty())
		return false;
	if (match.name && *match.name != nic.link.name &&
	    std::ranges::find(nic.link.altnames, *match.name) == nic.link.altnames.end())
		return false;
	if (match.mac && *match.mac != nic.permanent_mac() && *match.mac != nic.link.mac)
		return false;
	if (match.driver && *match.driver != nic.driver)
		return false;
	if (match.bus && std::ranges::find(nic.bus_path, *match.bus) == nic.bus_path.end())
		return false;
	if (match.slot && *match.slot != nic.slot)
		return false;
	return !match.acpi_index || match.acpi_index == nic.acpi_index;
}

} // namespace failover
