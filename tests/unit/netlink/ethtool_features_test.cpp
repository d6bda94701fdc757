// SPDX-License-Identifier: GPL-2.0-only
#include "netlink/ethtool_features.hpp"

#include "lab.hpp"
#include "netlink/link_monitor.hpp"

#include <algorithm>

using namespace failover;
using namespace failover::netlink;
using namespace failover::test;

namespace {

struct NicLab : Lab {
	NicLab() : ethtool(must(EthtoolSocket::open())) {
		run("ip link add ve0 type veth peer name ve1");
		RouteSocket socket = must(RouteSocket::open());
		ifindex = link_named(socket, "ve0").ifindex;
	}
	EthtoolSocket ethtool;
	int ifindex = 0;
};

} // namespace

TEST_CASE("A NIC's features are read by name") {
	NicLab lab;
	const Features features = must(lab.ethtool.features(lab.ifindex));
	CHECK(features.active.contains("tx-generic-segmentation"));
	CHECK(features.hardware.contains("rx-gro"));
	CHECK_FALSE(features.fixed.empty());
	CHECK_FALSE(features.fixed.contains("rx-gro"));
}

TEST_CASE("Features are turned off and on again") {
	NicLab lab;
	CHECK(must(lab.ethtool.set_features(lab.ifindex, {{"tx-tcp-segmentation", false}, {"rx-gro", true}})).empty());
	CHECK(succeeds("ethtool -k ve0 | grep 'tx-tcp-segmentation: off'"));
	CHECK(succeeds("ethtool -k ve0 | grep 'generic-receive-offload: on'"));
	CHECK(must(lab.ethtool.set_features(lab.ifindex, {{"tx-tcp-segmentation", true}})).empty());
	CHECK(succeeds("ethtool -k ve0 | grep 'tx-tcp-segmentation: on'"));
}

TEST_CASE("Features that go together are changed with one notification") {
	NicLab lab;
	LinkMonitor monitor = must(LinkMonitor::open());
	CHECK(
	    must(lab.ethtool.set_features(
		     lab.ifindex, {{"tx-tcp-segmentation", false}, {"tx-tcp6-segmentation", false}, {"rx-gro", true}}))
		.empty());
	int told = 0;
	must(monitor.read([&told](const MonitorEvent &) { ++told; }));
	CHECK(told == 1);
}

TEST_CASE("A feature that another one keeps off can be wished off, and stays so") {
	NicLab lab;
	CHECK(must(lab.ethtool.set_features(lab.ifindex, {{"tx-scatter-gather", false}})).empty());
	CHECK_FALSE(must(lab.ethtool.features(lab.ifindex)).active.contains("tx-tcp-segmentation"));
	CHECK(must(lab.ethtool.set_features(lab.ifindex, {{"tx-tcp-segmentation", false}})).empty());
	CHECK(must(lab.ethtool.set_features(lab.ifindex, {{"tx-scatter-gather", true}})).empty());
	CHECK_FALSE(must(lab.ethtool.features(lab.ifindex)).active.contains("tx-tcp-segmentation"));
}

TEST_CASE("What could not be changed is reported by name and the rest is changed all the same") {
	NicLab lab;
	const auto refused = must(lab.ethtool.set_features(
	    lab.ifindex, {{"rx-lro", false}, {"no-such-feature", true}, {"rx-vlan-filter", true}, {"rx-gro", true}}));
	REQUIRE(refused.size() == 2);
	CHECK(refused[0].feature == "no-such-feature");
	CHECK_THAT(refused[0].reason, Catch::Contains("bit name not found"));
	CHECK(refused[1].feature == "rx-vlan-filter");
	CHECK_THAT(refused[1].reason, Catch::Contains("stays off"));
	CHECK(must(lab.ethtool.features(lab.ifindex)).active.contains("rx-gro"));
}

TEST_CASE("The driver's name is read, and a device without a burnt-in address says so") {
	NicLab lab;
	CHECK(must(lab.ethtool.driver(lab.ifindex)).driver == "veth");
	const auto mac = lab.ethtool.permanent_mac(lab.ifindex);
	REQUIRE_FALSE(mac.has_value());
	CHECK_THAT(mac.error().message, Catch::Contains("no permanent Ethernet address"));
}

TEST_CASE("A device that is not there is an error that names it") {
	NicLab lab;
	const auto features = lab.ethtool.features(9999);
	REQUIRE_FALSE(features.has_value());
	CHECK(features.error().code == ENODEV);
	CHECK_THAT(features.error().message, Catch::Contains("link 9999"));
	CHECK_FALSE(lab.ethtool.driver(9999).has_value());
	CHECK_FALSE(lab.ethtool.set_features(9999, {{"rx-gro", true}}).has_value());
}
