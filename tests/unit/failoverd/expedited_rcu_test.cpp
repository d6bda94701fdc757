// SPDX-License-Identifier: GPL-2.0-only
#include "expedited_rcu.hpp"

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <unistd.h>

using namespace failover;

namespace {

struct Switch {
	std::string path = "/tmp/failover-test-rcu-" + std::to_string(::getpid());
	explicit Switch(const char *value) { std::ofstream(path) << value << "\n"; }
	~Switch() { std::remove(path.c_str()); }
	[[nodiscard]] int value() const {
		int now = -1;
		std::ifstream(path) >> now;
		return now;
	}
};

} // namespace

TEST_CASE("Grace periods are quick for as long as it takes") {
	const Switch kernel("0");
	{
		const ExpeditedRcu quick(kernel.path);
		CHECK(kernel.value() == 1);
	}
	CHECK(kernel.value() == 0);
}

TEST_CASE("A switch that somebody set is left as it is") {
	const Switch kernel("1");
	{ const ExpeditedRcu quick(kernel.path); }
	CHECK(kernel.value() == 1);
}

TEST_CASE("Without the switch nothing is made") {
	const std::string path = "/tmp/failover-test-no-rcu-" + std::to_string(::getpid());
	{ const ExpeditedRcu quick(path); }
	CHECK(::access(path.c_str(), F_OK) != 0);
}
