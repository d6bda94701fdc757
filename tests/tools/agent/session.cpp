// SPDX-License-Identifier: GPL-2.0-only
#include "session.hpp"

#include "base64.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace failover::agent {

namespace {

using nlohmann::json;

constexpr long kLongestWaitMs = 3'600'000;
constexpr std::size_t kMostPulled = std::size_t{1} << 20;

/// A member of the request, or a sentence that says what was expected. T is what json::get needs.
template <typename T> Result<T> member(const json &request, const char *name, const char *expected) {
	const auto found = request.find(name);
	if (found == request.end())
		return fail(fmt::format("\"{}\" is missing, expected {}", name, expected));
	try {
		return found->get<T>();
	} catch (const json::exception &) {
		return fail(fmt::format("\"{}\" is {}, expected {}", name, found->dump(), expected));
	}
}

template <typename T> Result<T> member_or(const json &request, const char *name, const char *expected, T otherwise) {
	return request.contains(name) ? member<T>(request, name, expected) : Result<T>(std::move(otherwise));
}

json outcome(const Child &child, bool timed_out) {
	return {{"rc", child.result() ? json(*child.result()) : json(nullptr)},
		{"stdout", child.output().text()},
		{"stderr", child.errors().text()},
		{"cut", child.output().cut() || child.errors().cut()},
		{"timed_out", timed_out}};
}

Result<Command> command_of(const json &request) {
	auto argv = member<std::vector<std::string>>(request, "argv", "an array of words");
	auto environment = member_or<std::map<std::string, std::string>>(request, "env", "an object of strings", {});
	auto input = member_or<std::string>(request, "input", "a string", {});
	if (!argv)
		return tl::unexpected(argv.error());
	if (!environment)
		return tl::unexpected(environment.error());
	if (!input)
		return tl::unexpected(input.error());
	return Command{std::move(*argv), std::move(*environment), std::move(*input)};
}

Result<json> push(const json &request) {
	const auto path = member<std::string>(request, "path", "a path");
	const auto text = member<std::string>(request, "data", "base64");
	const auto mode = member_or<int>(request, "mode", "a number", 0644);
	const auto append = member_or<bool>(request, "append", "true or false", false);
	for (const auto *error : {path ? nullptr : &path.error(), text ? nullptr : &text.error(),
				  mode ? nullptr : &mode.error(), append ? nullptr : &append.error()})
		if (error != nullptr)
			return tl::unexpected(*error);
	const auto bytes = base64_decode(*text);
	if (!bytes)
		return tl::unexpected(bytes.error());
	// A running program's file cannot be written: replace it.
	if (!*append)
		::unlink(path->c_str());
	const UniqueFd file(
	    ::open(path->c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (*append ? O_APPEND : O_TRUNC), *mode));
	if (!file)
		return fail_errno(errno, fmt::format("cannot write {}", *path));
	if (::write(file.get(), bytes->data(), bytes->size()) != static_cast<ssize_t>(bytes->size()))
		return fail_errno(errno, fmt::format("cannot write {}", *path));
	::fchmod(file.get(), static_cast<mode_t>(*mode));
	return json::object();
}

Result<json> pull(const json &request) {
	const auto path = member<std::string>(request, "path", "a path");
	const auto offset = member_or<long>(request, "offset", "a number", 0);
	if (!path)
		return tl::unexpected(path.error());
	if (!offset)
		return tl::unexpected(offset.error());
	const UniqueFd file(::open(path->c_str(), O_RDONLY | O_CLOEXEC));
	if (!file)
		return fail_errno(errno, fmt::format("cannot read {}", *path));
	std::string bytes(kMostPulled, '\0');
	::lseek(file.get(), *offset, SEEK_SET);
	const ssize_t got = ::read(file.get(), bytes.data(), bytes.size());
	if (got < 0)
		return fail_errno(errno, fmt::format("cannot read {}", *path));
	bytes.resize(static_cast<std::size_t>(got));
	return json{{"data", base64_encode(bytes)}, {"end", bytes.empty()}};
}

} // namespace

Status Session::answer(long id, json body) {
	body["id"] = id;
	// What programs write need not be UTF-8.
	return port_.send_line(body.dump(-1, ' ', false, json::error_handler_t::replace));
}

Result<json> Session::start(const json &request) {
	auto command = command_of(request);
	if (!command)
		return tl::unexpected(command.error());
	auto child = Child::spawn(*command);
	if (!child)
		return tl::unexpected(child.error());
	const pid_t pid = child->pid();
	processes_.insert_or_assign(pid, std::move(*child));
	return json{{"process", pid}};
}

/// An answer to give now, or null when it comes later.
Result<json> Session::act(long id, const json &request) {
	const auto verb = member<std::string>(request, "do", "a verb");
	if (!verb)
		return tl::unexpected(verb.error());
	if (*verb == "ping")
		return json::object();
	if (*verb == "push")
		return push(request);
	if (*verb == "pull")
		return pull(request);
	if (*verb == "start")
		return start(request);
	if (*verb != "run" && *verb != "wait" && *verb != "look" && *verb != "signal")
		return fail(fmt::format(
		    "\"{}\" is no verb of mine; I know ping, run, start, look, wait, signal, push, pull", *verb));

	const auto begun = *verb == "run" ? start(request) : Result<json>(request);
	if (!begun)
		return tl::unexpected(begun.error());
	const auto process = member<pid_t>(*begun, "process", "the number start gave");
	if (!process)
		return tl::unexpected(process.error());
	const auto found = processes_.find(*process);
	if (found == processes_.end())
		return fail(fmt::format("process {} is not one I started, or it was waited for already", *process));
	if (*verb == "look") {
		found->second.drain();
		return outcome(found->second, false);
	}
	if (*verb == "signal") {
		const auto number = member<int>(request, "signal", "a signal's number");
		if (!number)
			return tl::unexpected(number.error());
		if (auto sent = found->second.signal(*number); !sent)
			return tl::unexpected(sent.error());
		return json::object();
	}
	const auto patience = member<long>(request, "timeout_ms", "milliseconds");
	if (!patience)
		return tl::unexpected(patience.error());
	const auto deadline = Clock::now() + std::chrono::milliseconds(std::clamp(*patience, 0L, kLongestWaitMs));
	waiters_.push_back({id, *process, deadline, *verb == "run"});
	return json(nullptr);
}

Status Session::handle(const std::string &line) {
	const json request = json::parse(line, nullptr, false);
	if (!request.is_object() || !request.contains("id") || !request["id"].is_number_integer())
		return answer(0, {{"error", fmt::format("not a request with an \"id\": {}", line.substr(0, 200))}});
	const long id = request["id"];
	auto body = act(id, request);
	if (!body)
		return answer(id, {{"error", body.error().message}});
	return body->is_null() ? Status() : answer(id, std::move(*body));
}

void Session::reap() {
	int status = 0;
	pid_t pid = 0;
	// As process 1 we also inherit orphans; they are reaped and forgotten.
	while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0)
		if (const auto found = processes_.find(pid); found != processes_.end())
			found->second.ended(status);
}

Status Session::answer_waiters() {
	const auto now = Clock::now();
	for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
		const auto found = processes_.find(waiter->process);
		if (found == processes_.end()) {
			if (auto sent = answer(waiter->id, {{"error", "somebody else waited for it first"}}); !sent)
				return sent;
			waiter = waiters_.erase(waiter);
			continue;
		}
		Child &child = found->second;
		const bool late = now >= waiter->deadline;
		if (!child.result() && !late) {
			++waiter;
			continue;
		}
		const bool over = child.result().has_value();
		child.drain();
		if (!over && waiter->kill)
			static_cast<void>(child.signal(SIGKILL)); // it may have ended just now
		if (auto sent = answer(waiter->id, outcome(child, !over)); !sent)
			return sent;
		if (over || waiter->kill)
			processes_.erase(found);
		waiter = waiters_.erase(waiter);
	}
	return {};
}

int Session::until_next_deadline() const {
	const auto now = Clock::now();
	long shortest = kLongestWaitMs;
	for (const Waiter &waiter : waiters_) {
		const auto left = std::chrono::ceil<std::chrono::milliseconds>(waiter.deadline - now).count();
		shortest = std::min(shortest, std::max<long>(left, 0));
	}
	return static_cast<int>(shortest);
}

Status Session::serve(int children) {
	if (auto sent = answer(0, {{"hello", "failover-agent"}, {"version", FAILOVER_VERSION}}); !sent)
		return sent;
	while (true) {
		std::vector<pollfd> watched{{port_.fd(), POLLIN, 0}, {children, POLLIN, 0}};
		for (const auto &[pid, child] : processes_)
			for (const int fd : {child.out_fd(), child.err_fd()})
				if (fd >= 0)
					watched.push_back({fd, POLLIN, 0});
		if (::poll(watched.data(), watched.size(), until_next_deadline()) < 0 && errno != EINTR)
			return fail_errno(errno, "cannot poll");

		if ((watched[0].revents & POLLIN) != 0)
			if (auto received = port_.receive(); !received)
				return received;
		if ((watched[0].revents & (POLLHUP | POLLIN)) == POLLHUP)
			return fail("the harness closed the port");
		if ((watched[1].revents & POLLIN) != 0) {
			signalfd_siginfo seen{};
			static_cast<void>(::read(children, &seen, sizeof seen)); // waitpid tells the rest
			reap();
		}
		for (auto &[pid, child] : processes_)
			child.drain();
		while (const auto line = port_.next_line())
			if (auto handled = handle(*line); !handled)
				return handled;
		if (auto answered = answer_waiters(); !answered)
			return answered;
	}
}

} // namespace failover::agent
