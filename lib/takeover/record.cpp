// SPDX-License-Identifier: GPL-2.0-only
#include "takeover/record.hpp"

#include "base/clock.hpp"
#include "base/whole_file.hpp"

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>

using Json = nlohmann::json;

// What is written of each thing: all that apply() and missing() look at.
NLOHMANN_JSON_NAMESPACE_BEGIN

template <typename T> struct adl_serializer<std::optional<T>> {
	static void to_json(Json &json, const std::optional<T> &value) { json = value ? Json(*value) : Json(); }
	static void from_json(const Json &json, std::optional<T> &value) {
		value = json.is_null() ? std::nullopt : std::optional(json.get<T>());
	}
};

template <> struct adl_serializer<failover::MacAddress> {
	static void to_json(Json &json, const failover::MacAddress &mac) { json = mac.bytes(); }
	static void from_json(const Json &json, failover::MacAddress &mac) {
		mac = failover::MacAddress(json.get<std::array<std::uint8_t, failover::MacAddress::kSize>>());
	}
};

NLOHMANN_JSON_NAMESPACE_END

namespace failover::netlink {

// NOLINTBEGIN(modernize-use-trailing-return-type,readability-identifier-length): what the library's macro makes
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Link, ifindex, name, mac, flags, carrier, mtu, txqlen, group, alias, altnames,
				   addr_gen_mode)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Address, ifindex, family, prefix_len, scope, flags, local, peer, broadcast, label,
				   valid_lifetime, preferred_lifetime, proto, rt_priority)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RouteHop, oif, weight, gateway)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Route, family, dst_len, src_len, tos, protocol, scope, type, flags, table, dst, src,
				   gateway, prefsrc, oif, metric, nexthop_id, expires, preference, hops, attributes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Neighbour, ifindex, family, state, flags, type, dst, lladdr, protocol, vlan_id,
				   ext_flags, confirmed_s, attributes)
// NOLINTEND(modernize-use-trailing-return-type,readability-identifier-length)

} // namespace failover::netlink

namespace failover::takeover {

// NOLINTBEGIN(modernize-use-trailing-return-type,readability-identifier-length)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AdvertisedRoute, route, rtf_flags)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Sysctl, path, value, is_default)
// NOLINTEND(modernize-use-trailing-return-type,readability-identifier-length)

namespace {

constexpr int kFormat = 1;

using std::chrono::nanoseconds;
using std::chrono::seconds;

/// Names given by users may be any bytes, JSON text is UTF-8: each byte becomes the character of its number.
std::string text_of_bytes(const std::string &bytes) {
	std::string text;
	for (const char c : bytes) {
		const auto byte = static_cast<unsigned char>(c);
		if (byte < 0x80) {
			text += c;
		} else {
			text += static_cast<char>(0xc0 | byte >> 6);
			text += static_cast<char>(0x80 | (byte & 0x3f));
		}
	}
	return text;
}

/// What is no byte's character was not written by us, and stays.
std::string bytes_of_text(const std::string &text) {
	std::string bytes;
	for (std::size_t i = 0; i < text.size(); ++i) {
		const auto lead = static_cast<unsigned char>(text[i]);
		if ((lead == 0xc2 || lead == 0xc3) && i + 1 < text.size())
			bytes += static_cast<char>((lead & 0x03) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f));
		else
			bytes += text[i];
	}
	return bytes;
}

/// Every string of `json` goes through `change`.
void change_strings(Json &json, std::string (*change)(const std::string &)) {
	if (json.is_string())
		json = change(json.get_ref<const std::string &>());
	else if (json.is_structured())
		for (auto &element : json)
			change_strings(element, change);
}

void write_line(std::ostream &out, const char *kind, Json value) {
	change_strings(value, text_of_bytes);
	out << Json{{kind, std::move(value)}} << '\n';
}

template <typename T> void write_lines(std::ostream &out, const char *kind, const std::vector<T> &values) {
	for (const T &value : values)
		write_line(out, kind, value);
}

// ---- the time that has passed

constexpr auto kNever = netlink::Address::kForever;

std::uint32_t shorter(std::uint32_t lifetime, std::uint32_t passed) {
	return lifetime == kNever ? kNever : lifetime > passed ? lifetime - passed : 0;
}

/// False once it has run out.
bool age(netlink::Route &route, std::uint32_t passed) {
	if (!route.expires)
		return true;
	route.expires = shorter(*route.expires, passed);
	return *route.expires > 0;
}

void age(Snapshot &snapshot, nanoseconds since) {
	const auto passed = static_cast<std::uint32_t>(std::chrono::floor<seconds>(since).count());
	for (auto &address : snapshot.addresses) {
		address.valid_lifetime = shorter(address.valid_lifetime, passed);
		address.preferred_lifetime = shorter(address.preferred_lifetime, passed);
	}
	std::erase_if(snapshot.addresses, [](const auto &address) { return address.valid_lifetime == 0; });
	std::erase_if(snapshot.routes, [passed](auto &route) { return !age(route, passed); });
	std::erase_if(snapshot.advertised, [passed](auto &advertised) { return !age(advertised.route, passed); });
	for (auto &neighbour : snapshot.neighbours)
		if (neighbour.confirmed_s)
			*neighbour.confirmed_s += passed;
}

// ---- reading

class Reader {
public:
	explicit Reader(nanoseconds now) : now_(now) {}

	/// What is wrong with the line, empty where nothing is.
	[[nodiscard]] std::string take(const std::string &line) {
		try {
			return take_object(Json::parse(line));
		} catch (const Json::exception &error) {
			return error.what();
		}
	}
	[[nodiscard]] bool complete() const { return ended_; }
	[[nodiscard]] Snapshot result() && {
		age(snapshot_, now_ - taken_);
		return std::move(snapshot_);
	}

private:
	std::string take_object(Json object) {
		if (!object.is_object() || object.size() != 1)
			return "expected an object with one key";
		if (ended_)
			return "something after the end";
		const std::string &kind = object.begin().key();
		Json &value = object.begin().value();
		change_strings(value, bytes_of_text);
		if (!begun_)
			return begin(kind, value);
		if (kind == "link")
			value.get_to(snapshot_.link);
		else if (kind == "address")
			snapshot_.addresses.push_back(value);
		else if (kind == "route")
			snapshot_.routes.push_back(value);
		else if (kind == "advertised-route")
			snapshot_.advertised.push_back(value);
		else if (kind == "neighbour")
			snapshot_.neighbours.push_back(value);
		else if (kind == "sysctl")
			snapshot_.sysctls.push_back(value);
		else if (kind == "end")
			ended_ = true;
		else
			return fmt::format("\"{}\" is nothing that a takeover keeps", kind);
		return {};
	}

	std::string begin(const std::string &kind, const Json &value) {
		if (kind != "takeover" || value.at("format") != kFormat)
			return fmt::format("expected a takeover of format {}", kFormat);
		taken_ = nanoseconds(value.at("taken_ns").get<std::int64_t>());
		if (taken_ > now_)
			return "it was taken in the future";
		begun_ = true;
		return {};
	}

	nanoseconds now_, taken_{};
	bool begun_ = false, ended_ = false;
	Snapshot snapshot_;
};

} // namespace

void write_record(std::ostream &out, const Snapshot &snapshot, nanoseconds taken) {
	write_line(out, "takeover", {{"format", kFormat}, {"taken_ns", taken.count()}});
	write_line(out, "link", snapshot.link);
	write_lines(out, "address", snapshot.addresses);
	write_lines(out, "route", snapshot.routes);
	write_lines(out, "advertised-route", snapshot.advertised);
	write_lines(out, "neighbour", snapshot.neighbours);
	write_lines(out, "sysctl", snapshot.sysctls);
	write_line(out, "end", true);
}

Result<Snapshot> read_record(std::istream &in, const std::string &name, nanoseconds now) {
	Reader reader(now);
	int number = 0;
	for (std::string line; std::getline(in, line);) {
		++number;
		if (auto wrong = reader.take(line); !wrong.empty())
			return fail(fmt::format("{}:{}: {}", name, number, wrong));
	}
	if (!reader.complete())
		return fail(fmt::format("{}:{}: the end is missing", name, number));
	return std::move(reader).result();
}

Status write_record(const std::string &path, const Snapshot &snapshot) {
	return write_whole_file(path, [&](std::ostream &file) { write_record(file, snapshot, boottime_now()); });
}

Result<Snapshot> read_record(const std::string &path) {
	std::ifstream file(path);
	if (!file)
		return fail_errno(errno, path);
	return read_record(file, path, boottime_now());
}

} // namespace failover::takeover
