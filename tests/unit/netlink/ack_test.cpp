// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/ack.hpp"

#include "lab.hpp"

#include <linux/netlink.h>

using namespace failover;
using namespace failover::netlink;
using namespace failover::test;

namespace {

/// NLMSG_ERROR as netlink_ack() writes it: errno, the request's header, its payload unless capped, attributes.
std::vector<std::uint8_t> ack(int error, std::size_t echoed_payload, bool capped, const char *words) {
	Request request(NLMSG_ERROR, 0);
	nlmsgerr body{};
	body.error = error;
	body.msg.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + echoed_payload);
	request.header(body);
	if (!capped)
		request.append_attributes(Bytes(NLMSG_ALIGN(echoed_payload), 0xee));
	if (words)
		request.put(NLMSGERR_ATTR_MSG, std::string_view(words));
	request.message()->nlmsg_flags =
	    static_cast<std::uint16_t>((capped ? NLM_F_CAPPED : 0) | (words ? NLM_F_ACK_TLVS : 0));
	return bytes_of(request);
}

} // namespace

TEST_CASE("An acknowledgement without an error is success") {
	auto bytes = ack(0, 0, true, nullptr);
	CHECK(parse_ack(as_message(bytes), "asking").has_value());
}

TEST_CASE("The kernel's words follow the errno, with and without the request echoed before them") {
	for (const bool capped : {true, false})
		for (const std::size_t echoed : {0, 16, 17}) {
			INFO("capped " << capped << ", echoed " << echoed);
			auto bytes = ack(-ERANGE, echoed, capped, "mtu greater than device maximum");
			const auto status = parse_ack(as_message(bytes), "changing link 3");
			REQUIRE_FALSE(status.has_value());
			CHECK(status.error().code == ERANGE);
			CHECK(status.error().message ==
			      "changing link 3: Numerical result out of range (mtu greater than "
			      "device maximum)");
		}
}

TEST_CASE("An error without words is the errno's text") {
	auto bytes = ack(-EPERM, 4, false, nullptr);
	const auto status = parse_ack(as_message(bytes), "asking");
	REQUIRE_FALSE(status.has_value());
	CHECK(status.error().message == "asking: Operation not permitted");
}

TEST_CASE("A dump's end carries an error and words too") {
	Request request(NLMSG_DONE, 0);
	request.header(-EOPNOTSUPP).put(NLMSGERR_ATTR_MSG, std::string_view("no such dump"));
	request.message()->nlmsg_flags = NLM_F_ACK_TLVS;
	auto bytes = bytes_of(request);
	const auto status = parse_ack(as_message(bytes), "listing");
	REQUIRE_FALSE(status.has_value());
	CHECK(status.error().message == "listing: Operation not supported (no such dump)");
}

TEST_CASE("A cut-off answer never reads as success and never past its end") {
	const auto whole = ack(-EINVAL, 16, false, "words");
	for (std::size_t size = NLMSG_HDRLEN; size < whole.size(); ++size) {
		INFO(size << " of " << whole.size() << " bytes");
		std::vector<std::uint8_t> bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
		CHECK_FALSE(parse_ack(as_message(bytes), "asking").has_value());
	}
}

TEST_CASE("An echoed length that points past the answer costs only the words") {
	auto bytes = ack(-EINVAL, 0, true, "words");
	auto *message = reinterpret_cast<nlmsghdr *>(bytes.data());
	message->nlmsg_flags = NLM_F_ACK_TLVS; // not capped, as if 4 GB of request followed
	reinterpret_cast<nlmsgerr *>(NLMSG_DATA(message))->msg.nlmsg_len = 0xffffffff;
	const auto status = parse_ack(as_message(bytes), "asking");
	REQUIRE_FALSE(status.has_value());
	CHECK(status.error().message == "asking: Invalid argument");
}
