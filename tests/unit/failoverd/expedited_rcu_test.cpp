// SPDX-License-Identifier: GPL-2.0-only
#include "process/expedited_rcu.hpp"
#include "temp_dir.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace failover;
using test::TempDir;

TEST_CASE("A setting of the kernel is borrowed and given back") {
	const TempDir kernel;
	const std::string path = kernel.write("jiffies_till_first_fqs", "3\n"), note = kernel / "note";
	{
		const BorrowedSetting quick(path, 0, note);
		CHECK(TempDir::read(path) == "0");
		CHECK(TempDir::read(note) == "3");
	}
	CHECK(TempDir::read(path) == "3");
	CHECK(!std::filesystem::exists(note));
}

TEST_CASE("A setting that a borrower was killed with is given back by the next") {
	const TempDir kernel;
	const std::string path = kernel.write("rcu_expedited", "1"), note = kernel.write("note", "0");
	BorrowedSetting::give_back_left(path, note);
	CHECK(TempDir::read(path) == "0");
	CHECK(!std::filesystem::exists(note));
	BorrowedSetting::give_back_left(path, note); // nobody left anything
	CHECK(TempDir::read(path) == "0");
}

TEST_CASE("What could not be given back after all is not borrowed") {
	const TempDir kernel;
	const std::string path = kernel.write("rcu_expedited", "0");
	{
		const BorrowedSetting quick(path, 1, kernel / "nowhere/note");
		CHECK(TempDir::read(path) == "0");
	}
	CHECK(TempDir::read(path) == "0");
}

TEST_CASE("A setting that has the value already is left as it is") {
	const TempDir kernel;
	const std::string path = kernel.write("rcu_expedited", "1\n");
	{ const BorrowedSetting quick(path, 1, kernel / "note"); }
	CHECK(TempDir::read(path) == "1\n");
}

TEST_CASE("A setting that the kernel does not have is not made") {
	const TempDir kernel;
	{ const BorrowedSetting quick(kernel / "rcu_expedited", 1, kernel / "note"); }
	CHECK(!std::filesystem::exists(kernel / "rcu_expedited"));
}
