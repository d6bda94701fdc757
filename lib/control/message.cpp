// SPDX-License-Identifier: GPL-2.0-only
#include "control/message.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <utility>

namespace failover::control {

namespace {

Status read_flag(const Json &message, const char *name, bool &out) {
	const auto field = message.find(name);
	if (field == message.end() || field->is_null())
		return {};
	if (!field->is_boolean())
		return tl::unexpected(Error{
		    EBADMSG, fmt::format("'{}' is a JSON {}, true or false was expected", name, field->type_name())});
	out = field->get<bool>();
	return {};
}

Status read_parameters(const Json &message, Json &out) {
	const auto field = message.find("parameters");
	if (field == message.end() || field->is_null())
		return {};
	if (!field->is_object())
		return tl::unexpected(Error{
		    EBADMSG, fmt::format("'parameters' is a JSON {}, an object was expected", field->type_name())});
	out = *field;
	return {};
}

Status read_text(const Json &message, const char *name, bool required, std::string &out) {
	const auto field = message.find(name);
	if (field == message.end() && !required)
		return {};
	if (field == message.end() || !field->is_string())
		return tl::unexpected(
		    Error{EBADMSG, fmt::format("'{}' is {}, a string was expected", name,
					       field == message.end() ? std::string("missing")
								      : fmt::format("a JSON {}", field->type_name()))});
	out = field->get<std::string>();
	return {};
}

} // namespace

std::string_view Call::interface_name() const {
	const std::size_t dot = method.rfind('.');
	return std::string_view(method).substr(0, dot == std::string::npos ? 0 : dot);
}

std::string_view Call::method_name() const {
	const std::size_t dot = method.rfind('.');
	return std::string_view(method).substr(dot == std::string::npos ? 0 : dot + 1);
}

Result<Call> to_call(const Json &message) {
	Call call;
	Status status = read_text(message, "method", true, call.method);
	if (status)
		status = read_parameters(message, call.parameters);
	if (status)
		status = read_flag(message, "more", call.more);
	if (status)
		status = read_flag(message, "oneway", call.oneway);
	if (status)
		status = read_flag(message, "upgrade", call.upgrade);
	if (!status)
		return tl::unexpected(std::move(status.error()).within("call"));
	return call;
}

Result<Answer> to_answer(const Json &message) {
	Answer answer;
	Status status = read_parameters(message, answer.parameters);
	if (status)
		status = read_flag(message, "continues", answer.continues);
	if (status)
		status = read_text(message, "error", false, answer.error);
	if (!status)
		return tl::unexpected(std::move(status.error()).within("reply"));
	return answer;
}

Json to_message(const Call &call) {
	Json message = {{"method", call.method}};
	if (!call.parameters.empty())
		message["parameters"] = call.parameters;
	if (call.more)
		message["more"] = true;
	if (call.oneway)
		message["oneway"] = true;
	if (call.upgrade)
		message["upgrade"] = true;
	return message;
}

Json to_message(const Answer &answer) {
	Json message = {{"parameters", answer.parameters}};
	if (answer.continues)
		message["continues"] = true;
	if (!answer.error.empty())
		message["error"] = answer.error;
	return message;
}

} // namespace failover::control
