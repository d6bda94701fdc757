// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/attachment.hpp"

#include "base/fd.hpp"
#include "bpf/libbpf_log.hpp"
#include "bpf/pins.hpp"
#include "netlink/channel.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string_view>
#include <tuple>
#include <unistd.h>

namespace failover::bpf {

namespace {

// enum bpf_attach_type of Linux 6.6 and 6.7; the headers of Debian 12 end before them.
constexpr int kBpfTcxIngress = 46;
constexpr int kBpfTcxEgress = 47;
constexpr int kBpfNetkitPeer = 55;

// Our filter, so that it is found again.
constexpr std::uint32_t kTcHandle = 1;
constexpr std::uint32_t kTcPriority = 1;
// The same where users may have filters too: not the first, which everybody takes.
constexpr std::uint32_t kSharedHandle = 0xf0;
constexpr std::uint32_t kSharedPriority = 0xf0;
// After all that users have where their own frames leave: rules and marks of theirs have been at work by then.
constexpr std::uint32_t kLastPriority = 0xffff;

/// The head of struct bpf_link_info with the part that TCX, netkit and XDP links share; the installed header may be
/// older than the running kernel.
struct DeviceLinkInfo {
	std::uint32_t type, id, prog_id, pad;
	std::uint32_t ifindex; ///< 0 once the device is gone
	std::uint32_t attach_type;
	std::uint8_t rest[64];
};

std::uint32_t program_id(int program_fd) {
	bpf_prog_info info{};
	std::uint32_t size = sizeof(info);
	return bpf_obj_get_info_by_fd(program_fd, &info, &size) < 0 ? 0 : info.id;
}

bool is_ours(std::uint32_t id) {
	const UniqueFd program(bpf_prog_get_fd_by_id(id));
	bpf_prog_info info{};
	std::uint32_t size = sizeof(info);
	return program && bpf_obj_get_info_by_fd(program.get(), &info, &size) == 0 &&
	       std::string_view(info.name).starts_with("fom_");
}

/// True when the pin holds a living link; moves it to our program if it runs another. Pins are named after the device
/// that was asked for; what the link names may be another: for the peer hook of netkit it is the peer.
bool take_up_link(const std::string &pin, int program_fd) {
	UniqueFd link(bpf_obj_get(pin.c_str()));
	if (!link)
		return false;
	DeviceLinkInfo info{};
	std::uint32_t size = sizeof(info);
	const bool alive = bpf_obj_get_info_by_fd(link.get(), &info, &size) == 0 && info.ifindex != 0;
	if (alive && (info.prog_id == program_id(program_fd) || bpf_link_update(link.get(), program_fd, nullptr) == 0))
		return true;
	::unlink(pin.c_str());
	return false;
}

Status make_link(const std::string &pin, int program_fd, int ifindex, int attach_type, std::uint32_t flags = 0) {
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);
	UniqueFd link(bpf_link_create(program_fd, ifindex, static_cast<bpf_attach_type>(attach_type), &options));
	if (!link)
		return fail_errno(errno, fmt::format("attaching at ifindex {}", ifindex));
	if (bpf_obj_pin(link.get(), pin.c_str()) < 0)
		return fail_errno(errno, fmt::format("pinning {}", pin));
	return {};
}

/// The place of filters at ingress, whatever qdisc made it.
netlink::Request ingress_request(int type, int flags, int ifindex) {
	tcmsg place{};
	place.tcm_ifindex = ifindex;
	place.tcm_parent = TC_H_INGRESS;
	netlink::Request request(type, flags);
	request.header(place);
	return request;
}

/// Makes a place for filters at ingress alone, unless there is one. libbpf only knows clsact, which has every frame
/// sent by any device of this machine looked at too (egress_needed_key).
Status make_ingress(int ifindex) {
	auto channel = netlink::Channel::open(NETLINK_ROUTE);
	if (!channel)
		return tl::unexpected(std::move(channel.error()));
	auto request = ingress_request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex);
	request.put(TCA_KIND, std::string_view("ingress"));
	auto done = channel->transact(request, fmt::format("adding the ingress qdisc of ifindex {}", ifindex));
	if (!done && done.error().code != EEXIST)
		return done;
	return {};
}

void delete_ingress(int ifindex) {
	if (auto channel = netlink::Channel::open(NETLINK_ROUTE)) {
		auto request = ingress_request(RTM_DELQDISC, 0, ifindex);
		(void)channel->transact(request, fmt::format("deleting the ingress qdisc of ifindex {}", ifindex));
	}
}

/// Makes the place for filters of both directions. True: nobody had made it before.
Result<bool> make_clsact(int ifindex, bpf_tc_attach_point where) {
	LibbpfLog log;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = where);
	const int error = bpf_tc_hook_create(&hook);
	if (error < 0 && error != -EEXIST)
		return fail_errno(-error, fmt::format("clsact at ifindex {}", ifindex));
	return error == 0;
}

/// Is our filter at this slave of net_failover's, or at itself?
bool has_adopted_filter(int ifindex, bpf_tc_attach_point where, std::uint32_t priority) {
	LibbpfLog log;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = where);
	LIBBPF_OPTS(bpf_tc_opts, found, .handle = kSharedHandle, .priority = priority);
	return bpf_tc_query(&hook, &found) == 0 && is_ours(found.prog_id);
}

/// The place for it must be there.
Status attach_filter(int program_fd, int ifindex, bpf_tc_attach_point where, std::uint32_t handle,
		     std::uint32_t priority) {
	LibbpfLog log;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = where);
	LIBBPF_OPTS(bpf_tc_opts, present, .handle = handle, .priority = priority);
	if (bpf_tc_query(&hook, &present) == 0) {
		if (present.prog_id == program_id(program_fd))
			return {};
		if (!is_ours(present.prog_id))
			return fail(
			    fmt::format("ifindex {} has a filter of somebody else's with handle {}, priority {}",
					ifindex, handle, priority));
	}
	LIBBPF_OPTS(bpf_tc_opts, wanted, .prog_fd = program_fd, .flags = BPF_TC_F_REPLACE, .handle = handle,
		    .priority = priority);
	if (int error = bpf_tc_attach(&hook, &wanted); error < 0)
		return fail_errno(-error, fmt::format("filter at ifindex {}", ifindex));
	return {};
}

/// By a link where the kernel has TCX: a filter costs each frame received 2.5 % more.
Result<Hook> attach_ingress(const char *what, int program_fd, int ifindex) {
	const std::string pin = link_pin(fmt::format("{}-{}", what, ifindex));
	if (take_up_link(pin, program_fd))
		return Hook::kTcx;
	if (make_link(pin, program_fd, ifindex, kBpfTcxIngress))
		return Hook::kTcx;
	if (auto made = make_ingress(ifindex); !made)
		return tl::unexpected(made.error());
	if (auto done = attach_filter(program_fd, ifindex, BPF_TC_INGRESS, kTcHandle, kTcPriority); !done)
		return tl::unexpected(done.error());
	return Hook::kFilter;
}

} // namespace

const char *hook_name(Hook hook) {
	switch (hook) {
	case Hook::kNetkit:
		return "netkit";
	case Hook::kTcx:
		return "tcx";
	case Hook::kFilter:
		return "filter";
	case Hook::kXdp:
		return "xdp";
	}
	return "unknown";
}

Result<Hook> attach_tx(int program_fd, int ifindex, bool netkit) {
	if (!netkit)
		return attach_ingress("tx", program_fd, ifindex);
	const std::string pin = link_pin(fmt::format("tx-{}", ifindex));
	if (take_up_link(pin, program_fd))
		return Hook::kNetkit;
	if (auto made = make_link(pin, program_fd, ifindex, kBpfNetkitPeer); !made)
		return tl::unexpected(made.error());
	return Hook::kNetkit;
}

Result<Hook> attach_rx(int program_fd, int ifindex) {
	return attach_ingress("rx", program_fd, ifindex);
}

Status attach_xdp(int program_fd, int ifindex) {
	const std::string pin = link_pin(fmt::format("xdp-{}", ifindex));
	if (take_up_link(pin, program_fd))
		return {};
	return make_link(pin, program_fd, ifindex, BPF_XDP, XDP_FLAGS_DRV_MODE);
}

Result<Hook> attach_adopted(int rx_fd, int tx_fd, int ifindex) {
	// Where others have filters, one of theirs may decide before ours; links come before all filters.
	auto alone = make_clsact(ifindex, BPF_TC_INGRESS);
	Hook hook = Hook::kTcx;
	for (const auto &[what, fd, where] :
	     {std::tuple{"adopt-rx", rx_fd, BPF_TC_INGRESS}, std::tuple{"adopt-tx", tx_fd, BPF_TC_EGRESS}}) {
		const std::string pin = link_pin(fmt::format("{}-{}", what, ifindex));
		if (take_up_link(pin, fd) ||
		    (!alone.value_or(false) && !has_adopted_filter(ifindex, where, kSharedPriority) &&
		     make_link(pin, fd, ifindex, where == BPF_TC_INGRESS ? kBpfTcxIngress : kBpfTcxEgress)))
			continue;
		hook = Hook::kFilter;
		if (auto done = attach_filter(fd, ifindex, where, kSharedHandle, kSharedPriority); !done) {
			detach_adopted(ifindex);
			return tl::unexpected(done.error());
		}
	}
	return hook;
}

Status attach_adopted_master(int steer_fd, int ifindex) {
	if (auto made = make_clsact(ifindex, BPF_TC_EGRESS); !made)
		return tl::unexpected(std::move(made.error()));
	return attach_filter(steer_fd, ifindex, BPF_TC_EGRESS, kSharedHandle, kLastPriority);
}

void detach_adopted(int ifindex) {
	LibbpfLog quiet;
	for (const char *what : {"adopt-rx", "adopt-tx"})
		::unlink(link_pin(fmt::format("{}-{}", what, ifindex)).c_str());
	for (const auto where : {BPF_TC_INGRESS, BPF_TC_EGRESS})
		for (const auto priority : {kSharedPriority, kLastPriority}) {
			LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = where);
			LIBBPF_OPTS(bpf_tc_opts, ours, .handle = kSharedHandle, .priority = priority);
			if (has_adopted_filter(ifindex, where, priority))
				bpf_tc_detach(&hook, &ours);
		}
}

void detach_all(int ifindex) {
	for (const char *what : {"tx", "rx", "xdp"})
		::unlink(link_pin(fmt::format("{}-{}", what, ifindex)).c_str());
	LibbpfLog quiet;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, ours, .handle = kTcHandle, .priority = kTcPriority);
	bpf_tc_detach(&hook, &ours);
	delete_ingress(ifindex);
}

} // namespace failover::bpf
