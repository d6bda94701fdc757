// SPDX-License-Identifier: GPL-2.0-only
#include "sync/features.hpp"
#include "temp_dir.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace failover;
using Names = std::set<std::string>;

namespace {

/// A device on which `names` can be changed and `on` of them are asked for.
netlink::Features device(const Names &names, const Names &on) {
	netlink::Features features;
	features.hardware = names;
	features.wanted = features.active = on;
	return features;
}

const Names kPair{"rx-gro", "rx-checksum", "tx-scatter-gather", "tx-tcp-segmentation", "rx-udp-gro-forwarding"};
const Names kPairOn{"rx-checksum", "tx-scatter-gather", "tx-tcp-segmentation"};

} // namespace

TEST_CASE("A master nobody touched has no wishes, although its veth end was given GRO") {
	Names on = kPairOn;
	on.insert("rx-gro");
	CHECK(feature_wishes(device(kPair, on), device(kPair, kPairOn)).empty());
	CHECK(feature_wishes(device(kPair, on), device(kPair, on)).empty()); // netkit has it at both ends
}

TEST_CASE("What users turned off and on is their wish, whatever the kernel made of it") {
	netlink::Features visible = device(kPair, {"rx-checksum", "tx-tcp-segmentation", "rx-udp-gro-forwarding"});
	visible.active.erase("tx-tcp-segmentation"); // by the kernel, for want of scatter-gather
	CHECK(feature_wishes(visible, device(kPair, kPairOn)) ==
	      FeatureValues{{"rx-gro", false}, {"rx-udp-gro-forwarding", true}, {"tx-scatter-gather", false}});
}

TEST_CASE("What cannot be changed at the master is no wish, be it on or off") {
	netlink::Features visible = device({"rx-gro"}, {"rx-gro"});
	visible.fixed = {"rx-lro"};
	CHECK(feature_wishes(visible, device(kPair, kPairOn)).empty());
}

TEST_CASE("A slave does what is wished and notes what it had") {
	const auto plan =
	    plan_features({{"rx-gro", false}, {"tx-tcp-segmentation", false}, {"rx-udp-gro-forwarding", true}},
			  device(kPair, {"rx-gro", "rx-checksum"}), {});
	CHECK(plan.set == FeatureValues{{"rx-gro", false}, {"rx-udp-gro-forwarding", true}});
	CHECK(plan.before == FeatureValues{{"rx-gro", true}, {"rx-udp-gro-forwarding", false}});
}

TEST_CASE("A slave that lacks what the master lacks keeps everything else") {
	const auto plan = plan_features({}, device({"rx-gro-hw", "rx-hashing", "rx-gro"}, {"rx-hashing"}), {});
	CHECK(plan.set.empty());
	CHECK(plan.before.empty());
}

TEST_CASE("A wish that a slave follows already is not asked again, and what it had is not forgotten") {
	const auto plan = plan_features({{"rx-gro", false}}, device(kPair, {}), {{"rx-gro", true}});
	CHECK(plan.set.empty());
	CHECK(plan.before == FeatureValues{{"rx-gro", true}});
}

TEST_CASE("A wish withdrawn gives each slave what it had, which need not be on") {
	const auto first = plan_features({}, device(kPair, {}), {{"rx-gro", true}, {"tx-tcp-segmentation", false}});
	CHECK(first.set == FeatureValues{{"rx-gro", true}});
	CHECK(first.before.empty());
}

TEST_CASE("LRO is never turned on, but off") {
	const Names lro{"rx-lro"};
	CHECK(plan_features({{"rx-lro", true}}, device(lro, {}), {}).set.empty());
	CHECK(plan_features({{"rx-lro", false}}, device(lro, lro), {}).set == FeatureValues{{"rx-lro", false}});
}

TEST_CASE("A slave that sums each protocol on its own follows the master's general checksum") {
	const Names sums{"tx-checksum-ipv4", "tx-checksum-ipv6"};
	const auto off = plan_features({{"tx-checksum-ip-generic", false}}, device(sums, sums), {});
	CHECK(off.set == FeatureValues{{"tx-checksum-ipv4", false}, {"tx-checksum-ipv6", false}});
	const auto on = plan_features({}, device(sums, {}), off.before);
	CHECK(on.set == FeatureValues{{"tx-checksum-ipv4", true}, {"tx-checksum-ipv6", true}});
}

TEST_CASE("What a feature was is kept from one daemon to the next, for each slave by itself") {
	const test::TempDir directory;
	const FeatureValues before{{"rx-gro", true}, {"rx-udp-gro-forwarding", false}};
	REQUIRE(remember_features(directory.path(), 7, before).has_value());
	CHECK(recall_features(directory.path(), 7) == before);
	CHECK(recall_features(directory.path(), 8).empty());
	REQUIRE(remember_features(directory.path(), 7, {}).has_value());
	CHECK(recall_features(directory.path(), 7).empty());
	CHECK(std::filesystem::is_empty(directory.path()));
	CHECK(remember_features(directory.path(), 7, {}).has_value());
}

TEST_CASE("Lines that are no feature's are passed over") {
	const test::TempDir directory;
	std::ofstream(directory / "features-7") << "rx-gro on\n\n on\nrx-lro\nrx-all maybe\nrx-fcs off";
	CHECK(recall_features(directory.path(), 7) == FeatureValues{{"rx-gro", true}, {"rx-fcs", false}});
}

TEST_CASE("A directory that is not there is an error that names the file") {
	const auto done = remember_features("/nowhere/at/all", 7, {{"rx-gro", true}});
	REQUIRE_FALSE(done.has_value());
	CHECK_THAT(done.error().message, Catch::Contains("/nowhere/at/all/features-7"));
}
