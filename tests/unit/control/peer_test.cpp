// SPDX-License-Identifier: GPL-2.0-only
// Who may change things, asked of the kernel with real processes of another user; only root can make those.
#include "control/peer.hpp"
#include "fake_service.hpp"
#include "temp_dir.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <filesystem>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>

using namespace failover;
using namespace failover::control;

namespace {

constexpr uid_t kNobody = 65534;
constexpr std::uint32_t kNetAdminBit = 1U << CAP_NET_ADMIN;

/// A process of another user that connects, then becomes what the test wants it to be.
class Peer {
public:
	/// `become` runs in the child once it is connected; an exec in it counts as done.
	explicit Peer(bool (*become)(const char *program), uid_t uid = kNobody) : uid_(uid) {
		const std::string path = directory_ / "socket";
		sockaddr_un address{};
		address.sun_family = AF_UNIX;
		path.copy(address.sun_path, sizeof(address.sun_path) - 1);
		const auto *where = reinterpret_cast<const sockaddr *>(&address);
		const UniqueFd listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
		REQUIRE(::bind(listening.get(), where, sizeof(address)) == 0);
		REQUIRE(::chmod(path.c_str(), 0666) == 0);
		REQUIRE(::chmod(directory_.path().c_str(), 0755) == 0);
		REQUIRE(::listen(listening.get(), 1) == 0);
		make_program();

		int done[2];
		REQUIRE(::pipe2(done, O_CLOEXEC) == 0);
		const UniqueFd done_reading(done[0]);
		UniqueFd done_writing(done[1]);
		child_ = ::fork();
		REQUIRE(child_ >= 0);
		if (child_ == 0)
			live(where, become, done_writing.get());
		done_writing.reset();
		// A byte: became. End of file: exec, or death.
		char byte = 0;
		REQUIRE(::read(done_reading.get(), &byte, 1) >= 0);
		REQUIRE(::waitpid(child_, nullptr, WNOHANG) == 0);
		connection_ = UniqueFd(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
		REQUIRE(connection_);
	}
	Peer(const Peer &) = delete;
	Peer &operator=(const Peer &) = delete;
	~Peer() {
		if (child_ > 0) {
			::kill(child_, SIGKILL);
			::waitpid(child_, nullptr, 0);
		}
	}
	[[nodiscard]] Caller identify() const {
		const auto caller = identify_peer(connection_.get());
		REQUIRE(caller);
		CHECK(caller->uid == uid_);
		CHECK(caller->pid == child_);
		return *caller;
	}

private:
	[[noreturn]] void live(const sockaddr *where, bool (*become)(const char *), int done) const {
		const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
		const bool became = ::prctl(PR_SET_KEEPCAPS, 1) == 0 && ::setresuid(uid_, uid_, uid_) == 0 &&
				    ::connect(fd.get(), where, sizeof(sockaddr_un)) == 0 &&
				    become((directory_ / "program").c_str());
		if (!became || ::write(done, "!", 1) != 1)
			::_exit(1);
		for (;;)
			::pause();
	}

	/// A program that anybody may run and that has CAP_NET_ADMIN as a file capability.
	void make_program() const {
		const std::string program = directory_ / "program";
		std::filesystem::copy_file("/bin/sleep", program);
		vfs_cap_data capability{};
		capability.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE;
		capability.data[0].permitted = kNetAdminBit;
		REQUIRE(::setxattr(program.c_str(), "security.capability", &capability, XATTR_CAPS_SZ_2, 0) == 0);
	}

	uid_t uid_;
	test::TempDir directory_;
	pid_t child_ = -1;
	UniqueFd connection_;
};

bool keep_net_admin(const char *) {
	__user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
	__user_cap_data_struct data[2]{};
	data[0].effective = data[0].permitted = kNetAdminBit;
	return ::syscall(SYS_capset, &header, data) == 0;
}

bool drop_all_capabilities(const char *) {
	__user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
	__user_cap_data_struct data[2]{};
	return ::syscall(SYS_capset, &header, data) == 0;
}

bool stay_plain(const char *) {
	return true;
}

bool enter_user_namespace(const char *) {
	return ::unshare(CLONE_NEWUSER) == 0;
}

bool run_program_with_file_capability(const char *program) {
	return ::execl(program, "sleep", "600", nullptr) == 0;
}

} // namespace

TEST_CASE("The capability is read from the effective set", "[peer]") {
	const std::string before = "Name:\tx\nCapPrm:\tffffffffffffffff\n";
	CHECK(status_has_net_admin(before + "CapEff:\t0000000000001000\nCapBnd:\t0\n"));
	CHECK(status_has_net_admin(before + "CapEff:\t000001ffffffffff\n"));
	CHECK_FALSE(status_has_net_admin(before + "CapEff:\t0000000000002fff\n"));
	CHECK_FALSE(status_has_net_admin(before));
	CHECK_FALSE(status_has_net_admin(before + "CapEff:\t"));
	// A process may call itself anything; its name stands first in the file with newlines escaped.
	CHECK_FALSE(status_has_net_admin("Name:\tCapEff:\t0000000000001000\n"));
}

TEST_CASE("Root may change things, a plain user may not", "[peer]") {
	if (::geteuid() != 0)
		return;
	int pair[2];
	REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	const UniqueFd ours(pair[0]);
	const UniqueFd theirs(pair[1]);
	const auto self = identify_peer(ours.get());
	REQUIRE(self);
	CHECK(self->uid == 0);
	CHECK(self->pid == ::getpid());
	CHECK(self->privileged);

	CHECK(Peer(drop_all_capabilities, 0).identify().privileged);
	CHECK_FALSE(Peer(stay_plain).identify().privileged);
}

TEST_CASE("A user's process that holds CAP_NET_ADMIN of its own may change things", "[peer]") {
	if (::geteuid() != 0)
		return;
	CHECK(Peer(keep_net_admin).identify().privileged);
}

TEST_CASE("Capabilities in a user namespace of one's own count for nothing", "[peer]") {
	if (::geteuid() != 0)
		return;
	CHECK_FALSE(Peer(enter_user_namespace).identify().privileged);
}

TEST_CASE("Connecting first and running a privileged program then does not help", "[peer]") {
	if (::geteuid() != 0)
		return;
	CHECK_FALSE(Peer(run_program_with_file_capability).identify().privileged);
}

TEST_CASE("What is not a Unix socket has no peer", "[peer]") {
	const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
	const auto caller = identify_peer(file.get());
	REQUIRE_FALSE(caller);
	CHECK(caller.error().message.find("asking the kernel who is connected") == 0);
}
