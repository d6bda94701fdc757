// SPDX-License-Identifier: GPL-2.0-only
#include "expedited_rcu.hpp"
#include "temp_dir.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace failover;
using test::TempDir;

TEST_CASE("Grace periods are quick for as long as it takes") {
	const TempDir kernel;
	const std::string path = kernel.write("rcu_expedited", "0\n");
	{
		const ExpeditedRcu quick(path);
		CHECK(TempDir::read(path) == "1");
	}
	CHECK(TempDir::read(path) == "0");
}

TEST_CASE("A switch that somebody set is left as it is") {
	const TempDir kernel;
	const std::string path = kernel.write("rcu_expedited", "1\n");
	{ const ExpeditedRcu quick(path); }
	CHECK(TempDir::read(path) == "1\n");
}

TEST_CASE("Without the switch nothing is made") {
	const TempDir kernel;
	{ const ExpeditedRcu quick(kernel / "rcu_expedited"); }
	CHECK(!std::filesystem::exists(kernel / "rcu_expedited"));
}
