// SPDX-License-Identifier: GPL-2.0-only
#include "child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

namespace failover::agent {

namespace {

constexpr std::size_t kMostOutput = std::size_t{2} << 20;

struct Pipe {
	UniqueFd read;
	UniqueFd write;
};

Result<Pipe> make_pipe() {
	std::array<int, 2> ends{};
	if (::pipe2(ends.data(), O_CLOEXEC) != 0)
		return fail_errno(errno, "cannot make a pipe");
	return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Standard input as a file in memory: no pipe to feed while the child runs.
Result<UniqueFd> input_file(const std::string &text) {
	UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
	if (!file)
		return fail_errno(errno, "cannot make a file for standard input");
	if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
		return fail_errno(errno, "cannot write standard input");
	::lseek(file.get(), 0, SEEK_SET);
	return file;
}

[[noreturn]] void become(const Command &command, int input, int output, int errors, int report) {
	::setsid();
	sigset_t none;
	sigemptyset(&none);
	::sigprocmask(SIG_SETMASK, &none, nullptr);
	::dup2(input, STDIN_FILENO);
	::dup2(output, STDOUT_FILENO);
	::dup2(errors, STDERR_FILENO);
	for (const auto &[name, value] : command.environment)
		::setenv(name.c_str(), value.c_str(), 1);
	std::vector<char *> argv;
	for (const std::string &word : command.argv)
		argv.push_back(const_cast<char *>(word.c_str()));
	argv.push_back(nullptr);
	::execvp(argv[0], argv.data());
	const int why = errno;
	// Nobody is left to tell if this fails too; the parent then sees an exit code of 127.
	[[maybe_unused]] const ssize_t told = ::write(report, &why, sizeof why);
	::_exit(127);
}

void drain_pipe(UniqueFd &fd, Captured &captured) {
	std::array<char, 65536> buffer;
	while (fd) {
		const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
		if (got > 0) {
			captured.append({buffer.data(), static_cast<std::size_t>(got)});
			continue;
		}
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0 || errno != EAGAIN)
			fd.reset();
		return;
	}
}

} // namespace

void Captured::append(std::string_view bytes) {
	text_ += bytes;
	if (text_.size() > kMostOutput) {
		text_.erase(0, text_.size() - kMostOutput);
		cut_ = true;
	}
}

Result<Child> Child::spawn(const Command &command) {
	if (command.argv.empty())
		return fail("cannot start a process: argv is empty");
	auto input = input_file(command.input);
	auto output = make_pipe();
	auto errors = make_pipe();
	auto report = make_pipe();
	if (!input)
		return tl::unexpected(input.error());
	for (const auto *pipe : {&output, &errors, &report})
		if (!*pipe)
			return tl::unexpected(pipe->error());

	const pid_t pid = ::fork();
	if (pid < 0)
		return fail_errno(errno, fmt::format("cannot fork for {}", command.argv[0]));
	if (pid == 0)
		become(command, input->get(), output->write.get(), errors->write.get(), report->write.get());

	report->write.reset();
	int why = 0;
	if (::read(report->read.get(), &why, sizeof why) == sizeof why) {
		::waitpid(pid, nullptr, 0);
		return fail_errno(why, fmt::format("cannot run {}", command.argv[0]));
	}
	Child child;
	child.pid_ = pid;
	child.out_ = std::move(output->read);
	child.err_ = std::move(errors->read);
	for (const int fd : {child.out_.get(), child.err_.get()})
		::fcntl(fd, F_SETFL, O_NONBLOCK);
	return child;
}

void Child::drain() {
	drain_pipe(out_, output_);
	drain_pipe(err_, errors_);
}

void Child::ended(int wait_status) {
	drain();
	out_.reset();
	err_.reset();
	result_ = WIFSIGNALED(wait_status) ? -WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

Status Child::signal(int number) const {
	if (result_)
		return fail(fmt::format("process {} has ended already", pid_));
	if (::kill(-pid_, number) != 0)
		return fail_errno(errno, fmt::format("cannot send signal {} to process {}", number, pid_));
	return {};
}

} // namespace failover::agent
