// SPDX-License-Identifier: GPL-2.0-only
#include "expedited_rcu.hpp"
#include "temp_dir.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace failover;
using test::TempDir;

TEST_CASE("A setting of the kernel is borrowed and given back") {
	const TempDir kernel;
	const std::string path = kernel.write("jiffies_till_first_fqs", "3\n");
	{
		const BorrowedSetting quick(path, 0);
		CHECK(TempDir::read(path) == "0");
	}
	CHECK(TempDir::read(path) == "3");
}

TEST_CASE("A setting that has the value already is left as it is") {
	const TempDir kernel;
	const std::string path = kernel.write("rcu_expedited", "1\n");
	{ const BorrowedSetting quick(path, 1); }
	CHECK(TempDir::read(path) == "1\n");
}

TEST_CASE("A setting that the kernel does not have is not made") {
	const TempDir kernel;
	{ const BorrowedSetting quick(kernel / "rcu_expedited", 1); }
	CHECK(!std::filesystem::exists(kernel / "rcu_expedited"));
}
