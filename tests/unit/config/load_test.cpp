// SPDX-License-Identifier: GPL-2.0-only
// Files and directories: what is read, and what is kept.
#include "config/last_good.hpp"
#include "config/load.hpp"

#include "temp_dir.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

using namespace failover::config;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using failover::test::TempDir;
namespace fs = std::filesystem;

namespace {

constexpr const char *kOff = "[defaults]\nxdp = \"off\"\n";
constexpr const char *kOn = "[defaults]\nxdp = \"on\"\n";

} // namespace

TEST_CASE("No files at all mean the defaults") {
	const TempDir dir;
	const auto config = load(dir / "failover.toml", dir / "failover.toml.d");
	REQUIRE(config);
	CHECK(equivalent(*config, Config{}));
	CHECK(config->sources.empty());
}

TEST_CASE("Drop-ins are read after the main file, in order of name, other files left alone") {
	const TempDir dir;
	const auto main = dir.write("failover.toml", "[defaults]\nxdp = \"auto\"\nnotify = \"off\"\n");
	const auto first = dir.write("d/10-a.toml", kOn);
	const auto last = dir.write("d/9-b.toml", kOff);
	for (const auto *other : {"d/.hidden.toml", "d/99.toml~", "d/99.conf", "d/99.toml.bak"})
		dir.write(other, "not TOML at all");
	const auto config = load(main, dir / "d");
	REQUIRE(config);
	CHECK(config->defaults.xdp == XdpMode::off);
	CHECK_FALSE(config->defaults.notify);
	CHECK(config->sources == std::vector<std::string>{main, first, last});
}

TEST_CASE("Drop-ins work without a main file") {
	const TempDir dir;
	dir.write("d/a.toml", kOn);
	const auto config = load(dir / "failover.toml", dir / "d");
	REQUIRE(config);
	CHECK(config->defaults.xdp == XdpMode::on);
}

TEST_CASE("A problem in a drop-in names that file") {
	const TempDir dir;
	const auto main = dir.write("failover.toml", "[defaults]\nfoo = 1\n");
	const auto dropin = dir.write("d/a.toml", "\n[defaults]\nxdp = 5\n");
	const auto config = load(main, dir / "d");
	REQUIRE_FALSE(config);
	CHECK_THAT(config.error().message, StartsWith(main + ":2:1: ") && Contains("\n" + dropin + ":3:7: "));
}

TEST_CASE("What is there but cannot be read is an error, and the rest is checked all the same") {
	const TempDir dir;
	fs::create_directory(dir / "failover.toml");
	fs::create_directory(dir / "d");
	REQUIRE(::mkfifo((dir / "d/fifo.toml").c_str(), 0600) == 0);
	fs::create_symlink(dir / "nowhere", dir / "d/gone.toml");
	const auto wrong = dir.write("d/wrong.toml", "x = 1\n");
	dir.write("d/large.toml", std::string((1 << 20) + 1, '\n'));
	const auto config = load(dir / "failover.toml", dir / "d");
	REQUIRE_FALSE(config);
	CHECK_THAT(config.error().message, Contains(dir / "failover.toml: not a regular file"));
	CHECK_THAT(config.error().message, Contains(dir / "d/fifo.toml: not a regular file"));
	CHECK_THAT(config.error().message, Contains(dir / "d/gone.toml: No such file or directory"));
	CHECK_THAT(config.error().message, Contains(dir / "d/large.toml: larger than 1048576 bytes"));
	CHECK_THAT(config.error().message, Contains(wrong + ":1:1: "));
}

TEST_CASE("A directory of drop-ins that is none is an error") {
	const TempDir dir;
	const auto config = load(dir / "failover.toml", dir.write("d", ""));
	REQUIRE_FALSE(config);
	CHECK_THAT(config.error().message, Contains(dir / "d: Not a directory"));
}

TEST_CASE("What was accepted is kept and used when the files break") {
	const TempDir dir;
	const auto main = dir.write("failover.toml", "[[master]]\nname = \"eth0\"\nxdp = \"on\"\n");
	dir.write("d/a.toml", "[[master]]\nname = \"eth0\"\nfailback = \"never\"\n");
	const auto state = dir / "var/lib/last-good";

	const auto accepted = load_with_fallback(main, dir / "d", state);
	REQUIRE(accepted);
	CHECK_FALSE(accepted->from_last_good);
	CHECK(accepted->complaint.empty());
	REQUIRE(save_last_good(state, accepted->config));

	dir.write("d/a.toml", "[[master]]\nname = \"eth0\"\nfailback = 7\n");
	const auto fallen_back = load_with_fallback(main, dir / "d", state);
	REQUIRE(fallen_back);
	CHECK(fallen_back->from_last_good);
	CHECK(equivalent(fallen_back->config, accepted->config));
	CHECK_THAT(fallen_back->complaint,
		   StartsWith(dir / "d/a.toml:3:12: ") &&
		       Contains("using the last good configuration, " + state + "/failover.toml"));

	dir.write("d/a.toml", "");
	const auto mended = load_with_fallback(main, dir / "d", state);
	REQUIRE(mended);
	CHECK_FALSE(mended->from_last_good);
	CHECK(mended->config.masters[0].settings.failback == Failback::automatic);
}

TEST_CASE("With nothing kept, or that broken too, the error tells both") {
	const TempDir dir;
	const auto main = dir.write("failover.toml", "x = 1\n");
	const auto state = dir / "state";
	const auto nothing = load_with_fallback(main, dir / "d", state);
	REQUIRE_FALSE(nothing);
	CHECK_THAT(nothing.error().message, StartsWith(main + ":1:1: ") && Contains("last good") &&
						Contains(state + "/failover.toml: No such file"));

	dir.write("state/failover.toml", "y =");
	const auto broken = load_with_fallback(main, dir / "d", state);
	REQUIRE_FALSE(broken);
	CHECK_THAT(broken.error().message, StartsWith(main + ":1:1: ") && Contains(state + "/failover.toml:1:"));
}

TEST_CASE("Keeping replaces the old file as a whole and leaves no other behind") {
	const TempDir dir;
	const auto state = dir / "state";
	dir.write("state/failover.toml.new", "left by a crash, " + std::string(100'000, 'x'));
	REQUIRE(save_last_good(state, *parse(kOn, "a")));
	const auto first = TempDir::read(state + "/failover.toml");
	CHECK(parse(first, "kept")); // nothing of the crash behind it
	struct stat before {};
	REQUIRE(::stat((state + "/failover.toml").c_str(), &before) == 0);
	REQUIRE(save_last_good(state, *parse(kOff, "b\nxdp = \"broken")));
	struct stat after {};
	REQUIRE(::stat((state + "/failover.toml").c_str(), &after) == 0);
	CHECK(before.st_ino != after.st_ino); // renamed over, not written into
	const auto text = TempDir::read(state + "/failover.toml");
	CHECK(text != first);
	const auto kept = parse(text, "kept");
	REQUIRE(kept);
	CHECK(kept->defaults.xdp == XdpMode::off);
	CHECK(std::distance(fs::directory_iterator(state), {}) == 1);
}

TEST_CASE("Sources of any name are named in what is kept without breaking it") {
	const TempDir dir;
	auto config = *parse(kOn, "odd\nname \xff");
	REQUIRE(save_last_good(dir / "state", config));
	const auto kept = parse(TempDir::read(dir / "state/failover.toml"), "kept");
	REQUIRE(kept);
	CHECK(equivalent(config, *kept));
}

TEST_CASE("A directory that cannot be written is an error that names it") {
	const TempDir dir;
	const auto blocked = dir.write("file", "");
	const auto saved = save_last_good(blocked + "/state", Config{});
	REQUIRE_FALSE(saved);
	CHECK(saved.error().code == ENOTDIR);
	CHECK_THAT(saved.error().message, Contains(blocked + "/state"));
}

TEST_CASE("A symbolic link in the place of the new file is not written through") {
	const TempDir dir;
	const auto victim = dir.write("victim", "precious");
	fs::create_directories(dir / "state");
	fs::create_symlink(victim, dir / "state/failover.toml.new");
	CHECK_FALSE(save_last_good(dir / "state", Config{}));
	CHECK(TempDir::read(victim) == "precious");
}
