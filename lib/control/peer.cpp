// SPDX-License-Identifier: GPL-2.0-only
#include "control/peer.hpp"

#include "base/fd.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>
#include <linux/capability.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>

#ifndef SO_PEERPIDFD // since Linux 6.5, not in every libc
#define SO_PEERPIDFD 77
#endif

namespace failover::control {

namespace {

std::string read_at(int directory, const char *name) {
	const UniqueFd fd(::openat(directory, name, O_RDONLY | O_CLOEXEC));
	std::string text;
	std::array<char, 4096> chunk{};
	while (fd) {
		const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
		if (got <= 0)
			break;
		text.append(chunk.data(), static_cast<std::size_t>(got));
	}
	return text;
}

/// AT_SECURE of a process: the kernel sets it when an exec raised capabilities beyond the ambient ones
/// (cap_bprm_creds_from_file). Unreadable counts as raised.
bool gained_privileges(std::string_view auxv) {
	ElfW(auxv_t) entry{};
	for (; auxv.size() >= sizeof(entry); auxv.remove_prefix(sizeof(entry))) {
		std::memcpy(&entry, auxv.data(), sizeof(entry));
		if (entry.a_type == AT_SECURE)
			return entry.a_un.a_val != 0;
	}
	return true;
}

bool same_user_namespace(int process) {
	struct stat theirs {};
	struct stat ours {};
	return ::fstatat(process, "ns/user", &theirs, 0) == 0 && ::stat("/proc/self/ns/user", &ours) == 0 &&
	       theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

/// True also where the kernel cannot tell (before 6.5): then only the moments between connect and accept, in which
/// the caller would have to die and its number be given to a privileged process of the same user, are unguarded.
bool still_alive(int socket) {
	int pidfd = -1;
	socklen_t size = sizeof(pidfd);
	if (::getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) < 0)
		return errno == ENOPROTOOPT;
	const UniqueFd owned(pidfd);
	pollfd exited{pidfd, POLLIN, 0};
	return ::poll(&exited, 1, 0) == 0;
}

/// Capabilities in /proc count in the process's own user namespace, and a program with file capabilities has them
/// from exec on. Without the checks below anybody could connect and then either `unshare -r` or exec such a program
/// to look privileged. What passes: a process that was started with the capability (ambient, as by systemd).
bool holds_net_admin(int socket, const ucred &peer) {
	// An open /proc/PID stays with its process: the same number given to another one does not make it valid again.
	const UniqueFd process(::open(fmt::format("/proc/{}", peer.pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
	struct stat owner {};
	if (!process || ::fstat(process.get(), &owner) < 0 || owner.st_uid != peer.uid)
		return false;
	return status_has_net_admin(read_at(process.get(), "status")) &&
	       !gained_privileges(read_at(process.get(), "auxv")) && same_user_namespace(process.get()) &&
	       still_alive(socket);
}

} // namespace

bool status_has_net_admin(std::string_view status) {
	constexpr std::string_view kField = "\nCapEff:\t";
	const std::size_t at = status.find(kField);
	if (at == std::string_view::npos)
		return false;
	std::uint64_t effective = 0;
	const char *begin = status.data() + at + kField.size();
	const auto parsed = std::from_chars(begin, status.data() + status.size(), effective, 16);
	return parsed.ec == std::errc{} && (effective >> CAP_NET_ADMIN & 1) != 0;
}

Result<Caller> identify_peer(int socket) {
	ucred peer{};
	socklen_t size = sizeof(peer);
	if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return fail_errno(errno, "asking the kernel who is connected to the control socket");
	return Caller{peer.uid, peer.pid, peer.uid == 0 || holds_net_admin(socket, peer)};
}

} // namespace failover::control
