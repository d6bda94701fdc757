// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/route_socket.hpp"

#include <linux/rtnetlink.h>

#include <sys/socket.h>

namespace failover::netlink {

namespace {

/// A dump that changes underneath is read again; a network that changes during every one of so many is an error.
constexpr int kDumpAttempts = 10;

/// Dumps until a dump was consistent. `make` gives the request, `parse` the value of one message or nothing.
template <typename T, typename Make, typename Parse>
Result<std::vector<T>> dump_all(Channel &channel, const std::string &what, Make &&make, Parse &&parse) {
	Status last;
	for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
		std::vector<T> found;
		Request request = make();
		last = channel.dump(request, what, [&](const nlmsghdr *message) -> Status {
			Result<std::optional<T>> value = parse(message);
			if (!value)
				return tl::unexpected(std::move(value.error()));
			if (*value)
				found.push_back(std::move(**value));
			return {};
		});
		if (last)
			return found;
		if (last.error().code != EINTR)
			break;
	}
	return tl::unexpected(std::move(last.error()));
}

/// Keeps a parsed value where `wanted` says so.
template <typename T, typename F> Result<std::optional<T>> keep_if(Result<T> parsed, F &&wanted) {
	if (!parsed)
		return tl::unexpected(std::move(parsed.error()));
	if (!wanted(*parsed))
		return std::optional<T>();
	return std::optional<T>(std::move(*parsed));
}

Request link_request(int ifindex, int flags) {
	Request request(RTM_GETLINK, flags);
	ifinfomsg info{};
	info.ifi_index = ifindex;
	request.header(info);
	// Counters are most of a link message, and nobody here reads them.
	request.put_u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return request;
}

Result<std::optional<Link>> one_link(Channel &channel, Request &request, const std::string &what) {
	std::optional<Link> found;
	auto ok = channel.transact(request, what, [&found](const nlmsghdr *message) -> Status {
		auto link = parse_link(message);
		if (!link)
			return tl::unexpected(std::move(link.error()));
		found = std::move(*link);
		return {};
	});
	if (!ok && ok.error().code != ENODEV)
		return tl::unexpected(std::move(ok.error()));
	return found;
}

} // namespace

Result<RouteSocket> RouteSocket::open() {
	return Channel::open(NETLINK_ROUTE).map([](Channel channel) { return RouteSocket(std::move(channel)); });
}

Result<std::vector<Link>> RouteSocket::links() {
	return dump_all<Link>(
	    channel_, "listing links", [] { return link_request(0, 0); },
	    [](const nlmsghdr *message) { return keep_if(parse_link(message), [](const Link &) { return true; }); });
}

Result<std::optional<Link>> RouteSocket::link(int ifindex) {
	// The kernel answers EINVAL to an index below 1; for the caller it is just no link.
	if (ifindex <= 0)
		return std::optional<Link>();
	Request request = link_request(ifindex, 0);
	return one_link(channel_, request, fmt::format("looking up link {}", ifindex));
}

Result<std::optional<Link>> RouteSocket::link(const std::string &name) {
	Request request = link_request(0, 0);
	request.put(name.size() < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME, name);
	auto found = one_link(channel_, request, fmt::format("looking up link {}", name));
	if (!found || *found || name.size() >= IFNAMSIZ)
		return found;
	Request again = link_request(0, 0);
	again.put(IFLA_ALT_IFNAME, name);
	return one_link(channel_, again, fmt::format("looking up link {}", name));
}

Result<std::vector<Address>> RouteSocket::addresses(int ifindex) {
	return dump_all<Address>(
	    channel_, "listing addresses",
	    [] {
		    Request request(RTM_GETADDR, 0);
		    request.header(ifaddrmsg{});
		    return request;
	    },
	    [ifindex](const nlmsghdr *message) {
		    return keep_if(parse_address(message), [ifindex](const Address &address) {
			    return ifindex == 0 || address.ifindex == ifindex;
		    });
	    });
}

Result<std::vector<Route>> RouteSocket::routes() {
	std::vector<Route> all;
	for (const auto family : {AF_INET, AF_INET6}) {
		auto some = dump_all<Route>(
		    channel_, "listing routes",
		    [family] {
			    rtmsg info{};
			    info.rtm_family = static_cast<unsigned char>(family);
			    Request request(RTM_GETROUTE, 0);
			    request.header(info);
			    return request;
		    },
		    [family](const nlmsghdr *message) {
			    // A kernel without IPv6 answers for all families it has.
			    return keep_if(parse_route(message), [family](const Route &route) {
				    return route.family == family && !(route.flags & RTM_F_CLONED);
			    });
		    });
		if (!some)
			return some;
		all.insert(all.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
	}
	return all;
}

Result<std::vector<Neighbour>> RouteSocket::neighbours(int ifindex) {
	std::vector<Neighbour> all;
	// The kernel dumps proxy entries only when asked for them alone.
	for (const std::uint8_t flags : {0, NTF_PROXY}) {
		auto some = dump_all<Neighbour>(
		    channel_, "listing neighbours",
		    [flags] {
			    ndmsg info{};
			    info.ndm_flags = flags;
			    Request request(RTM_GETNEIGH, 0);
			    request.header(info);
			    return request;
		    },
		    [ifindex](const nlmsghdr *message) {
			    return keep_if(parse_neighbour(message), [ifindex](const Neighbour &neighbour) {
				    return (neighbour.family == AF_INET || neighbour.family == AF_INET6) &&
					   (ifindex == 0 || neighbour.ifindex == ifindex);
			    });
		    });
		if (!some)
			return some;
		all.insert(all.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
	}
	return all;
}

Result<std::vector<Neighbour>> RouteSocket::fdb(int ifindex) {
	return dump_all<Neighbour>(
	    channel_, fmt::format("listing the forwarding database of link {}", ifindex),
	    [ifindex] {
		    ndmsg info{};
		    info.ndm_family = AF_BRIDGE;
		    info.ndm_ifindex = ifindex;
		    Request request(RTM_GETNEIGH, 0);
		    request.header(info);
		    return request;
	    },
	    [ifindex](const nlmsghdr *message) {
		    return keep_if(parse_neighbour(message),
				   [ifindex](const Neighbour &entry) { return entry.ifindex == ifindex; });
	    });
}

} // namespace failover::netlink
