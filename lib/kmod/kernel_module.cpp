// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/kernel_module.hpp"

#include <cerrno>
#include <linux/genetlink.h>
#include <linux/netlink.h>

namespace failover::kmod {

namespace {

/// A list that changes while it is read is read again.
constexpr int kAttempts = 10;

} // namespace

Result<std::optional<KernelModule>> KernelModule::open() {
	auto channel = netlink::Channel::open(NETLINK_GENERIC);
	if (!channel)
		return tl::unexpected(std::move(channel.error()));
	auto family = netlink::find_family(*channel, FOM_GENL_NAME);
	if (!family)
		return tl::unexpected(std::move(family.error()));
	if (!*family)
		return std::optional<KernelModule>();
	return KernelModule(std::move(*channel), std::move(**family));
}

netlink::Request KernelModule::request(fom_command command) const {
	return netlink::generic_request(family_.id, static_cast<std::uint8_t>(command), FOM_ABI_VERSION);
}

Result<std::vector<Master>> KernelModule::masters() {
	Status done;
	for (int attempt = 0; attempt < kAttempts; ++attempt) {
		std::vector<Master> masters;
		auto dump = request(FOM_CMD_MASTER_GET);
		done =
		    channel_.dump(dump, "listing the kernel module's masters", [&](const nlmsghdr *message) -> Status {
			    auto master = parse_master(message);
			    if (!master)
				    return tl::unexpected(std::move(master.error()));
			    masters.push_back(std::move(*master));
			    return {};
		    });
		if (done)
			return masters;
		if (done.error().code != EINTR)
			break;
	}
	return tl::unexpected(std::move(done.error()));
}

Status KernelModule::set_options(int ifindex, const Options &options) {
	auto change = request(FOM_CMD_MASTER_SET);
	change.put_u32(FOM_A_MASTER, static_cast<std::uint32_t>(ifindex));
	put_options(change, options);
	return channel_.transact(change, fmt::format("setting options of master {}", ifindex));
}

Result<std::optional<UniqueFd>> KernelModule::hidden_netns() {
	std::optional<UniqueFd> netns;
	auto ask = request(FOM_CMD_NETNS_GET);
	auto ok = channel_.transact(
	    ask, "asking the kernel module for its hidden namespace", [&netns](const nlmsghdr *message) -> Status {
		    netlink::AttributeReader attributes(message, sizeof(genlmsghdr), "hidden namespace");
		    std::optional<std::uint32_t> fd;
		    attributes.read(FOM_A_NETNS_FD, fd);
		    if (fd)
			    netns = UniqueFd(static_cast<int>(*fd));
		    return attributes.status();
	    });
	if (!ok && ok.error().code != ENOENT)
		return tl::unexpected(std::move(ok.error()));
	return netns;
}

Status KernelModule::hide_slaves_here() {
	auto module = open();
	if (!module)
		return tl::unexpected(std::move(module.error()));
	if (!*module)
		return fail("the kernel module is not loaded");
	auto give = (*module)->request(FOM_CMD_NETNS_SET);
	auto given = (*module)->channel_.transact(give, "giving the kernel module a hidden namespace");
	if (!given && given.error().code == EEXIST)
		return {};
	return given;
}

} // namespace failover::kmod
