// SPDX-License-Identifier: GPL-2.0-only
#include "control/call_error.hpp"

#include <fmt/format.h>
#include <utility>

namespace failover::control {

namespace {

std::string text_of(const Json &parameters, const char *field) {
	const auto found = parameters.is_object() ? parameters.find(field) : parameters.end();
	if (!parameters.is_object() || found == parameters.end())
		return "?";
	return found->is_string() ? found->get<std::string>()
				  : found->dump(-1, ' ', false, Json::error_handler_t::replace);
}

tl::unexpected<CallError> make(std::string_view name, Json parameters) {
	return tl::unexpected(CallError{std::string(name), std::move(parameters), {}});
}

} // namespace

std::string CallError::message() const {
	if (name.empty())
		return transport.message;
	if (is(kNoSuchMaster))
		return fmt::format("no master is called '{}'", text_of(parameters, "master"));
	if (is(kNoSuchSlave))
		return fmt::format("master '{}' has no slave '{}'", text_of(parameters, "master"),
				   text_of(parameters, "slave"));
	if (is(kNotPermitted))
		return fmt::format("this needs {}", text_of(parameters, "needed"));
	if (is(kRefused))
		return fmt::format("refused: {}", text_of(parameters, "reason"));
	if (is(kTooSlow))
		return fmt::format("failoverd let us go because we read too slowly, {} events were missed",
				   text_of(parameters, "missed"));
	if (is(kInvalidParameter))
		return fmt::format("parameter '{}' is missing or wrong", text_of(parameters, "parameter"));
	if (is(kMethodNotFound))
		return fmt::format("failoverd does not know the method '{}'; is it older than this program?",
				   text_of(parameters, "method"));
	if (is(kInterfaceNotFound))
		return fmt::format("the other end does not know the interface '{}'; is it failoverd?",
				   text_of(parameters, "interface"));
	return fmt::format("{} {}", name, parameters.dump(-1, ' ', false, Json::error_handler_t::replace));
}

tl::unexpected<CallError> no_such_master(std::string_view master) {
	return make(kNoSuchMaster, {{"master", master}});
}

tl::unexpected<CallError> no_such_slave(std::string_view master, std::string_view slave) {
	return make(kNoSuchSlave, {{"master", master}, {"slave", slave}});
}

tl::unexpected<CallError> not_permitted(std::string_view needed) {
	return make(kNotPermitted, {{"needed", needed}});
}

tl::unexpected<CallError> refused(std::string_view reason) {
	return make(kRefused, {{"reason", reason}});
}

tl::unexpected<CallError> invalid_parameter(std::string_view parameter) {
	return make(kInvalidParameter, {{"parameter", parameter}});
}

tl::unexpected<CallError> transport_failed(Error error) {
	return tl::unexpected(CallError{{}, Json::object(), std::move(error)});
}

} // namespace failover::control
