// SPDX-License-Identifier: GPL-2.0-only
#include "master/pairing.hpp"

#include "nics.hpp"

#include <catch2/catch.hpp>

using namespace failover;
using namespace failover::test;

namespace {

config::MasterConfig rule_for(config::NicMatch standby) {
	config::MasterConfig rule;
	rule.standby = std::move(standby);
	return rule;
}

} // namespace

TEST_CASE("A virtio-net and a VF of the same MAC are proposed without any configuration") {
	const std::vector nics{make_nic(2, "ens2", "iavf"), make_nic(3, "ens3", "virtio_net"),
			       make_nic(4, "ens4", "virtio_net", kOtherMac)};
	const auto proposals = propose_masters(nics, {});
	REQUIRE(proposals.size() == 1);
	CHECK(proposals[0].standby->link.name == "ens3");
	CHECK(proposals[0].rule.name == "ens3");
	CHECK(is_primary_of(proposals[0].rule, kMac, nics[0]));
	CHECK_FALSE(is_primary_of(proposals[0].rule, kMac, nics[2]));
}

TEST_CASE("What is ambiguous is left alone") {
	const auto proposed = [](const std::vector<Nic> &nics) { return propose_masters(nics, {}).size(); };
	CHECK(proposed({make_nic(3, "ens3", "virtio_net")}) == 0);
	CHECK(proposed({make_nic(2, "ens2", "iavf")}) == 0);
	CHECK(proposed({make_nic(2, "ens2", "iavf"), make_nic(3, "ens3", "ixgbevf")}) == 0);
	CHECK(proposed({make_nic(2, "ens2", "iavf"), make_nic(3, "ens3", "iavf"), make_nic(4, "ens4", "virtio_net")}) ==
	      0);
	CHECK(proposed({make_nic(2, "ens2", "virtio_net"), make_nic(3, "ens3", "virtio_net"),
			make_nic(4, "ens4", "iavf")}) == 0);
}

TEST_CASE("Without autopair only what is configured becomes a master") {
	const std::vector nics{make_nic(2, "ens2", "iavf"), make_nic(3, "ens3", "virtio_net")};
	config::Config config;
	config.autopair = false;
	CHECK(propose_masters(nics, config).empty());
	config.masters.push_back(rule_for({.name = "ens3"}));
	CHECK(propose_masters(nics, config).size() == 1);
}

TEST_CASE("NICs that belong to something else are not taken") {
	auto standby = make_nic(3, "ens3", "virtio_net");
	standby.link.master = 7;
	CHECK(propose_masters({make_nic(2, "ens2", "iavf"), standby}, {}).empty());
	config::Config config;
	config.masters.push_back(rule_for({.name = "ens3"}));
	CHECK(propose_masters({make_nic(2, "ens2", "iavf"), standby}, config).empty());
}

TEST_CASE("A rule by MAC means the paravirtual NIC of the pair, whichever comes first") {
	config::Config config;
	config.masters.push_back(rule_for({.mac = kMac}));
	const std::vector one{make_nic(2, "ens2", "iavf"), make_nic(3, "ens3", "virtio_net")};
	const std::vector other{make_nic(2, "ens2", "virtio_net"), make_nic(3, "ens3", "iavf")};
	CHECK(propose_masters(one, config).at(0).standby->link.name == "ens3");
	CHECK(propose_masters(other, config).at(0).standby->link.name == "ens2");
}

TEST_CASE("A configured master is proposed once, though its NICs also pair by MAC") {
	config::Config config;
	config.masters.push_back(rule_for({.name = "ens3"}));
	CHECK(propose_masters({make_nic(2, "ens2", "iavf"), make_nic(3, "ens3", "virtio_net")}, config).size() == 1);
}

TEST_CASE("A section of the configuration makes one master, however many NICs fit it") {
	config::Config config;
	config.autopair = false;
	config.masters.push_back(rule_for({.driver = "virtio_net"}));
	config.masters[0].origin = "failover.toml:1";
	const std::vector nics{make_nic(4, "ens4", "virtio_net", kOtherMac)};
	CHECK(propose_masters(nics, config).size() == 1);
	CHECK(propose_masters(nics, config, {"failover.toml:1"}).empty());
}

TEST_CASE("What is configured for a master is found again by its name, else by its standby") {
	config::Config config;
	config.masters = {rule_for({.driver = "virtio_net"}), rule_for({.name = "ens7"})};
	config.masters[0].origin = "failover.toml:1";
	config.masters[1].origin = "failover.toml:4";
	config.masters[1].name = "ens7";
	const auto virtio = make_nic(3, "ens3", "virtio_net");
	CHECK(rule_of("ens3", virtio, config) == &config.masters[0]);
	CHECK(rule_of("ens7", virtio, config) == &config.masters[1]);
	CHECK(rule_of("ens7", std::nullopt, config) == &config.masters[1]);
	CHECK(rule_of("ens3", std::nullopt, config) == nullptr);
	CHECK(rule_of("ens3", virtio, config, {"failover.toml:1"}) == nullptr);
	CHECK(rule_of("ens3", make_nic(3, "ens3", "e1000"), config) == nullptr);
}

TEST_CASE("A primary of another MAC is known by slot, bus, index or driver") {
	auto vf = make_nic(9, "ens9", "mlx5_core", kOtherMac);
	vf.slot = "7";
	vf.acpi_index = 12;
	const config::NicMatch fits[] = {
	    {.driver = "mlx5_core"}, {.bus = "0000:09:00.0"}, {.slot = "7"}, {.acpi_index = 12}};
	for (const auto &match : fits) {
		auto rule = rule_for({.name = "ens3"});
		rule.primary = match;
		CHECK(is_primary_of(rule, kMac, vf));
	}
	const config::NicMatch misses[] = {{.driver = "iavf"},
					   {.bus = "0000:08:00.0"},
					   {.slot = "8"},
					   {.acpi_index = 13},
					   {.driver = "mlx5_core", .slot = "8"}};
	for (const auto &match : misses) {
		auto rule = rule_for({.name = "ens3"});
		rule.primary = match;
		CHECK_FALSE(is_primary_of(rule, kMac, vf));
	}
}

TEST_CASE("A bus name may be that of the device or of the PCI function below it") {
	const auto virtio = make_nic(3, "ens3", "virtio_net");
	CHECK(virtio.bus() == "virtio3");
	CHECK(virtio.pci() == "0000:03:00.0");
	CHECK(matches({.bus = "virtio3"}, virtio));
	CHECK(matches({.bus = "0000:03:00.0"}, virtio));
	CHECK_FALSE(matches({.bus = "virtio4"}, virtio));
	CHECK_FALSE(matches({}, virtio));
}

TEST_CASE("What cannot be a slave is refused with the reason") {
	const auto unfit = [](netlink::Link link, const std::string &driver = "") {
		Nic nic;
		nic.link = std::move(link);
		nic.driver = driver;
		return unfit_as_slave(nic).value_or("");
	};
	auto tunnel = make_link(5, "tun0");
	tunnel.arphrd = ARPHRD_NONE;
	CHECK_THAT(unfit(tunnel), Catch::Contains("no Ethernet device"));
	CHECK_THAT(unfit(make_link(5, "br0", kMac, "bridge")), Catch::Contains("bridge"));
	CHECK_THAT(unfit(make_link(5, "eth0", MacAddress{})), Catch::Contains("no unicast MAC"));
	CHECK_THAT(unfit(make_link(5, "fom0", kMac, "fom")), Catch::Contains("kernel module"));
	CHECK_THAT(unfit(make_link(5, "eth0"), "fom"), Catch::Contains("kernel module"));
	CHECK(unfit(make_link(5, "eth0"), "virtio_net").empty());
	CHECK(unfit(make_link(5, "eth0", kMac, "veth")).empty());
}
