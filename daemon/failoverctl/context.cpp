// SPDX-License-Identifier: GPL-2.0-only
#include "context.hpp"

#include "control/daemon_source.hpp"

#include <cerrno>
#include <cstdio>
#include <fmt/format.h>
#include <utility>

namespace failover::ctl {

namespace {

const char *hint_for(const Error &error) {
	switch (error.code) {
	case ENOENT:
	case ECONNREFUSED:
		return "Is it running? See 'systemctl status failoverd', start it with 'systemctl start failoverd'.";
	case EACCES:
	case EPERM:
		return "The socket should be open to everyone; what keeps you from its directory?";
	case ETIMEDOUT:
	case EAGAIN:
		return "It runs but is stuck or overloaded; see 'journalctl -b -u failoverd'. Traffic does not depend "
		       "on it.";
	default:
		return nullptr;
	}
}

} // namespace

Result<control::Client> Context::try_connect() const {
	return control::Client::connect(socket);
}

std::optional<control::Client> Context::connect() const {
	auto client = try_connect();
	if (client)
		return std::move(*client);
	(void)fail(control::transport_failed(std::move(client.error())).value());
	return std::nullopt;
}

Result<Snapshot> Context::try_snapshot() const {
	Snapshot out;
	auto client = try_connect();
	Error daemon_error = client ? Error{} : client.error();
	if (client) {
		auto masters = control::DaemonSource(*client).masters();
		if (masters) {
			out.masters = std::move(*masters);
			out.daemon = std::move(*client);
			return out;
		}
		daemon_error = std::move(masters.error());
	}
	auto kernel = make_kernel_source(pins);
	auto masters = kernel->masters();
	if (!masters) {
		const char *hint = hint_for(daemon_error);
		return tl::unexpected(
		    Error{daemon_error.code, fmt::format("{}\n{}{}{}", daemon_error.message, masters.error().message,
							 hint ? "\n" : "", hint ? hint : "")});
	}
	out.masters = std::move(*masters);
	out.origin = kernel->origin();
	out.daemon_error = std::move(daemon_error.message);
	return out;
}

std::optional<Snapshot> Context::snapshot() const {
	auto taken = try_snapshot();
	if (!taken) {
		fail(taken.error().message, kUnreachable);
		return std::nullopt;
	}
	if (taken->origin == control::StateOrigin::Kernel)
		note(
		    fmt::format("failoverd does not answer ({}); this is what the kernel knows.", taken->daemon_error));
	return std::move(*taken);
}

int Context::fail(const control::CallError &error) const {
	const ExitCode code = exit_code_of(error);
	std::string text = error.message();
	const char *hint = error.name.empty() ? hint_for(error.transport) : nullptr;
	if (error.is(control::kNotPermitted))
		hint = "Try again with sudo.";
	else if (error.is(control::kNoSuchMaster))
		hint = "'failoverctl list' shows the masters there are.";
	else if (error.is(control::kNoSuchSlave))
		hint = "'failoverctl status' shows its slaves; 'primary' and 'standby' do too.";
	if (hint != nullptr)
		text += fmt::format("\n{}", hint);
	return fail(text, code);
}

int Context::fail(std::string_view message, ExitCode code) {
	fmt::print(stderr, "failoverctl: {}\n", message);
	return code;
}

void Context::note(std::string_view message) {
	fmt::print(stderr, "Note: {}\n", message);
}

void Context::print(std::string_view text) {
	std::fwrite(text.data(), 1, text.size(), stdout);
	std::fflush(stdout);
}

void Context::print_json(const nlohmann::json &value) {
	print(value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void Context::print_json_line(const nlohmann::json &value) {
	print(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::vector<control::MasterState> only(std::vector<control::MasterState> masters, const std::string &name) {
	if (!name.empty())
		std::erase_if(masters, [&](const auto &master) { return master.name != name; });
	return masters;
}

} // namespace failover::ctl
