// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/master.hpp"

#include "netlink/attribute_reader.hpp"
#include "netlink/request.hpp"

#include <algorithm>
#include <linux/genetlink.h>
#include <linux/netlink.h>

namespace failover::kmod {

namespace {

using netlink::AttributeReader;

/// Numbers that a later module may send and we have no word for count as not told.
template <typename Enum> Enum known(std::uint8_t value, Enum last) {
	return value <= static_cast<std::uint8_t>(last) ? static_cast<Enum>(value) : Enum{};
}

template <typename T> std::optional<T> changed(const std::optional<T> &wanted, const T &now) {
	return wanted && *wanted != now ? wanted : std::nullopt;
}

Result<Device> read_device(AttributeReader info) {
	Device device;
	std::optional<MacAddress> mac;
	std::uint8_t up = 0, carrier = 0;
	info.read(FOM_D_NAME, device.name);
	info.read(FOM_D_IFINDEX, device.ifindex);
	info.read(FOM_D_MAC, mac);
	info.read(FOM_D_MTU, device.mtu);
	info.read(FOM_D_UP, up);
	info.read(FOM_D_CARRIER, carrier);
	info.read(FOM_D_DRIVER, device.driver);
	info.read(FOM_D_BUS, device.bus);
	if (auto ok = info.status(); !ok)
		return tl::unexpected(ok.error());
	device.mac = mac.value_or(MacAddress{});
	device.up = up != 0;
	device.carrier = carrier != 0;
	return device;
}

Result<Slave> read_slave(const AttributeReader &info) {
	auto device = read_device(info);
	if (!device)
		return tl::unexpected(std::move(device.error()));
	Slave slave;
	slave.device = std::move(*device);
	std::uint8_t role = 0;
	AttributeReader data = info.nested(FOM_D_SLAVE);
	data.read(IFLA_FOM_SLAVE_ROLE, role);
	data.read(IFLA_FOM_SLAVE_RANK, slave.rank);
	data.read(IFLA_FOM_SLAVE_SLOT, slave.slot);
	data.read(IFLA_FOM_SLAVE_FLAGS, slave.flags);
	data.read(IFLA_FOM_SLAVE_DOUBT, slave.doubt_ms);
	data.read_struct(IFLA_FOM_SLAVE_DOUBTED_NS, slave.doubted_ns);
	data.read_struct(IFLA_FOM_SLAVE_STATS, slave.stats);
	if (auto ok = data.status(); !ok)
		return tl::unexpected(ok.error());
	slave.role = known(role, FOM_ROLE_STANDBY);
	return slave;
}

Status read_link(AttributeReader link, Master &master) {
	std::uint8_t rounds = 0, failback = 0, cause = 0;
	link.read(IFLA_FOM_CHOSEN, master.chosen);
	link.read(IFLA_FOM_ANNOUNCE_ROUNDS, rounds);
	link.read(IFLA_FOM_FAILBACK, failback);
	link.read(IFLA_FOM_UPDELAY, master.updelay_ms);
	link.read(IFLA_FOM_HOLD, master.hold_ms);
	link.read(IFLA_FOM_INDEX, master.index);
	link.read(IFLA_FOM_ACTIVE, master.active);
	link.read(IFLA_FOM_LAST_FROM, master.last_from);
	link.read(IFLA_FOM_CAUSE, cause);
	link.read_struct(IFLA_FOM_SWITCHED_NS, master.switched_ns);
	link.read_struct(IFLA_FOM_SWITCHES, master.switches);
	master.announce_rounds = rounds;
	master.failback = known(failback, FOM_FAILBACK_NEVER);
	master.cause = known(cause, FOM_CAUSE_MAX_);
	return link.status();
}

} // namespace

const Slave *Master::slave_in(unsigned slot) const {
	const auto found = std::ranges::find_if(slaves, [slot](const Slave &slave) { return slave.slot == slot; });
	return found == slaves.end() ? nullptr : &*found;
}

const Slave *Master::slave_with(fom_role role) const {
	const auto found = std::ranges::find(slaves, role, &Slave::role);
	return found == slaves.end() ? nullptr : &*found;
}

const Slave *Master::slave_named(const std::string &name_or_role) const {
	for (const auto &slave : slaves)
		if (slave.device.name == name_or_role)
			return &slave;
	if (name_or_role == "primary")
		return slave_with(FOM_ROLE_PRIMARY);
	return name_or_role == "standby" ? slave_with(FOM_ROLE_STANDBY) : nullptr;
}

Options Options::but_for(const Master &now) const {
	Options out;
	out.chosen = changed(chosen, now.chosen);
	out.announce_rounds = changed(announce_rounds, static_cast<std::uint8_t>(now.announce_rounds));
	out.failback = changed(failback, now.failback);
	out.updelay_ms = changed(updelay_ms, std::uint32_t{now.updelay_ms});
	out.doubt = doubt;
	return out;
}

Result<Master> parse_master(const nlmsghdr *message) {
	if (auto ok = netlink::check_message(message, {message->nlmsg_type}, sizeof(genlmsghdr), "master message"); !ok)
		return tl::unexpected(std::move(ok.error()));
	const AttributeReader attributes(message, sizeof(genlmsghdr), "master message");
	if (auto ok = attributes.status(); !ok)
		return tl::unexpected(std::move(ok.error()));
	auto device = read_device(attributes.nested(FOM_A_MASTER_INFO));
	if (!device)
		return tl::unexpected(std::move(device.error()));
	Master master;
	master.device = std::move(*device);
	if (auto ok = read_link(attributes.nested(FOM_A_LINK), master); !ok)
		return tl::unexpected(std::move(ok.error()));
	for (const auto &[type, payload] : attributes.all()) {
		if (type != FOM_A_SLAVE_INFO)
			continue;
		auto slave = read_slave(AttributeReader(payload, "master message, slave"));
		if (!slave)
			return tl::unexpected(std::move(slave.error()));
		master.slaves.push_back(std::move(*slave));
	}
	std::ranges::sort(master.slaves, {}, &Slave::slot);
	return master;
}

void put_options(netlink::Request &request, const Options &options) {
	request.nest(FOM_A_LINK, [&](netlink::Request &link) {
		if (options.chosen)
			link.put_u8(IFLA_FOM_CHOSEN, *options.chosen);
		if (options.announce_rounds)
			link.put_u8(IFLA_FOM_ANNOUNCE_ROUNDS, *options.announce_rounds);
		if (options.failback)
			link.put_u8(IFLA_FOM_FAILBACK, static_cast<std::uint8_t>(*options.failback));
		if (options.updelay_ms)
			link.put_u32(IFLA_FOM_UPDELAY, *options.updelay_ms);
		if (options.doubt) {
			link.put_u8(IFLA_FOM_DOUBTED, options.doubt->slot);
			link.put_u32(IFLA_FOM_DOUBT, options.doubt->ms);
		}
	});
}

} // namespace failover::kmod
