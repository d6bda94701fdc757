// SPDX-License-Identifier: GPL-2.0-only
#include "takeover/apply.hpp"

#include "netlink/link_monitor.hpp"
#include "netlink/route_socket.hpp"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/socket.h>

namespace failover::takeover {

namespace {

using netlink::Address;
using netlink::Link;
using netlink::LinkChange;
using netlink::Neighbour;
using netlink::Route;
using netlink::RouteSocket;

/// How long the carrier may take; on a healthy machine it is a few milliseconds.
constexpr std::chrono::milliseconds kReadyBound{1000};

/// The steps of one takeover, in the order of run(). Every step goes on after a failure.
class Applier {
public:
	Applier(const Snapshot &snapshot, RouteSocket socket, Link link)
	    : old_(snapshot), socket_(std::move(socket)), link_(std::move(link)) {}
	Outcome run();

private:
	void note(const Status &status, int harmless = -1) {
		if (!status && status.error().code != harmless)
			outcome_.failures.push_back(status.error().message);
	}
	void set_link(const LinkChange &change) { note(socket_.set_link(link_.ifindex, change)); }
	void put_link_attributes();
	void put_alias();
	void put_sysctls();
	void hold_autoconf();
	void put_neighbours();
	void put_addresses();
	void put_routes();
	void remove_new_kernel_routes();
	void release_autoconf();
	[[nodiscard]] bool has_own_ipv6_mtu() const;
	[[nodiscard]] bool is_ready();
	void await_ready();
	void verify();

	const Snapshot &old_;
	RouteSocket socket_;
	Link link_; ///< the new interface, as it was found
	Outcome outcome_;
};

Outcome Applier::run() {
	put_link_attributes();
	put_sysctls();
	hold_autoconf();
	set_link(LinkChange().set_up(old_.link.flags & IFF_UP));
	// Before the first packet can leave, so that none waits for ARP.
	put_neighbours();
	put_addresses();
	put_routes();
	remove_new_kernel_routes();
	release_autoconf();
	await_ready();
	put_sysctls();
	put_alias();
	verify();
	return std::move(outcome_);
}

/// One request each: a refused MTU must not cost the alias.
void Applier::put_link_attributes() {
	const Link &old = old_.link;
	if (link_.mtu != old.mtu)
		set_link({.mtu = old.mtu});
	if (link_.txqlen != old.txqlen)
		set_link({.txqlen = old.txqlen});
	if (link_.group != old.group)
		set_link({.group = old.group});
	constexpr unsigned kFlags = IFF_NOARP | IFF_PROMISC | IFF_ALLMULTI;
	if ((link_.flags ^ old.flags) & kFlags)
		set_link({.flags = old.flags & kFlags, .flags_mask = kFlags});
	for (const auto &altname : old.altnames)
		if (std::ranges::find(link_.altnames, altname) == link_.altnames.end())
			note(socket_.add_altname(link_.ifindex, altname));
}

/// The last change: an alias of ours, which a slave that is given back bears, says until then that there is more to
/// come.
void Applier::put_alias() {
	if (link_.alias != old_.link.alias)
		set_link({.alias = old_.link.alias});
}

void Applier::put_sysctls() {
	for (auto &failure : write_sysctls(link_.name, old_.sysctls))
		if (std::ranges::find(outcome_.failures, failure) == outcome_.failures.end())
			outcome_.failures.push_back(std::move(failure));
}

/// Going up the kernel would make its own fe80 address and test it for a second; the old one comes with the others,
/// usable at once, or was taken away by the user.
void Applier::hold_autoconf() {
	if (old_.link.addr_gen_mode && link_.addr_gen_mode)
		set_link({.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE});
}

/// By netlink: the sysctl of the same name would add an address. A link-local address that somebody deleted while
/// generation was on may still return when the carrier comes, as it would at any loss of link.
void Applier::release_autoconf() {
	if (old_.link.addr_gen_mode && link_.addr_gen_mode)
		set_link({.addr_gen_mode = old_.link.addr_gen_mode});
}

void Applier::put_neighbours() {
	for (Neighbour entry : old_.neighbours) {
		entry.ifindex = link_.ifindex;
		note(socket_.add_neighbour(entry));
	}
}

void Applier::put_addresses() {
	for (Address address : old_.addresses) {
		const bool ipv6 = address.family == AF_INET6;
		if (address.valid_lifetime == 0 || (ipv6 && address.flags & IFA_F_DADFAILED))
			continue; // at its end; a duplicate (noted at capture)
		const bool proven = ipv6 && !(address.flags & IFA_F_TENTATIVE);
		address.flags = requestable_flags(address);
		// The address only moved: it is no new claim that other hosts could contest.
		if (proven)
			address.flags |= IFA_F_NODAD;
		address.ifindex = link_.ifindex;
		note(socket_.add_address(address), EEXIST);
	}
}

/// A gateway must be reachable, by a direct route, when its route comes: direct routes first, multipath last.
int rank(const Route &route) {
	return !route.hops.empty() ? 2 : !route.gateway.empty() ? 1 : 0;
}

void Applier::put_routes() {
	auto present = socket_.routes();
	if (!present)
		return note(tl::unexpected(present.error()));
	std::vector<Route> waiting;
	for (const Route &route : old_.routes) {
		const Route wanted = on_interface(route, old_.link.ifindex, link_.ifindex);
		const auto same = [&wanted](const Route &other) { return netlink::same_route(wanted, other); };
		if (!is_kernel_local(route) && std::ranges::none_of(*present, same))
			waiting.push_back(route);
	}
	std::ranges::stable_sort(waiting, {}, rank);
	for (const Route &route : waiting)
		note(socket_.add_route(route, old_.link.ifindex, link_.ifindex), EEXIST);
	for (const AdvertisedRoute &advertised : old_.advertised)
		note(add_advertised(advertised, link_.ifindex));
}

/// With an address comes its prefix route; where the user had removed or replaced that, it goes again.
void Applier::remove_new_kernel_routes() {
	auto present = socket_.routes();
	if (!present)
		return note(tl::unexpected(present.error()));
	for (const Route &route : *present) {
		if (!route.mentions(link_.ifindex) || route.protocol != RTPROT_KERNEL || is_kernel_local(route))
			continue;
		const bool had = std::ranges::any_of(old_.routes, [&](const Route &old) {
			return netlink::same_route(on_interface(old, old_.link.ifindex, link_.ifindex), route);
		});
		if (!had)
			note(socket_.delete_route(route), ESRCH);
	}
}

bool Applier::has_own_ipv6_mtu() const {
	const auto mtu = std::ranges::find(old_.sysctls, "ipv6/conf/%/mtu", &Sysctl::path);
	return mtu != old_.sysctls.end() && mtu->value != std::to_string(old_.link.mtu);
}

/// As addrconf_link_ready() sees it.
bool Applier::is_ready() {
	const auto link = socket_.link(link_.ifindex);
	return link && *link && ((*link)->operstate == IF_OPER_UP || (*link)->operstate == IF_OPER_UNKNOWN);
}

/// The kernel sets ipv6/conf/X/mtu back to the link's when the interface becomes ready (addrconf_notify()), some
/// milliseconds after going up, in a work item. Only who has another value there, from a router say, needs to wait.
void Applier::await_ready() {
	if (!has_own_ipv6_mtu() || !(old_.link.flags & IFF_UP) || !old_.link.carrier)
		return;
	auto monitor = netlink::LinkMonitor::open();
	if (!monitor)
		return note(tl::unexpected(monitor.error()));
	const auto deadline = std::chrono::steady_clock::now() + kReadyBound;
	while (!is_ready()) {
		const auto left =
		    std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
		pollfd waiter{.fd = monitor->fd(), .events = POLLIN, .revents = 0};
		if (left.count() <= 0 || ::poll(&waiter, 1, static_cast<int>(left.count())) == 0)
			return; // no carrier yet; the comparison at the end tells
		(void)monitor->read([](const netlink::MonitorEvent &) {});
	}
}

/// The kernel may accept a request and still do less: compare what is there with what was. What has come on top
/// meanwhile (an advertisement, a DHCP client) is no failure.
void Applier::verify() {
	if (!outcome_.complete())
		return;
	auto now = capture(link_.ifindex);
	if (!now)
		return note(tl::unexpected(now.error()));
	outcome_.failures = missing(old_, *now);
}

} // namespace

Outcome apply_all(const Snapshot &snapshot, int ifindex) {
	auto socket = RouteSocket::open();
	if (!socket)
		return {{socket.error().message}};
	auto link = socket->link(ifindex);
	if (!link)
		return {{link.error().message}};
	if (!*link)
		return {{fmt::format("no link {} to put the configuration of {} on", ifindex, snapshot.link.name)}};
	return Applier(snapshot, std::move(*socket), std::move(**link)).run();
}

Status apply(const Snapshot &snapshot, int ifindex) {
	const Outcome outcome = apply_all(snapshot, ifindex);
	if (outcome.complete())
		return {};
	return fail(fmt::format("configuration of {} on link {} is incomplete: {}", snapshot.link.name, ifindex,
				fmt::join(outcome.failures, "; ")));
}

} // namespace failover::takeover
