// SPDX-License-Identifier: GPL-2.0-only
#include "control/dispatch.hpp"

#include "control/interface.hpp"
#include "control/types_json.hpp"

#include <array>
#include <utility>

namespace failover::control {

namespace {

struct Context {
	Service &service;
	const Caller &caller;
	const Call &call;
	Responder &to;

	void succeed(Json parameters) const { to.answer({std::move(parameters), false, {}}); }
	void fail(const CallError &error) const { to.answer(to_answer(error)); }

	/// The call's parameters, or nothing after the caller has been told which one is wrong.
	template <typename T> [[nodiscard]] std::optional<T> parameters() const {
		auto parsed = from_parameters<T>(call.parameters);
		if (parsed)
			return std::move(*parsed);
		fail(invalid_parameter(parsed.error().path).value());
		return std::nullopt;
	}

	/// A completion that puts the value under `field` of the reply.
	template <typename T> [[nodiscard]] Completion<T> reply_with(const char *field) const {
		return Completion<T>([answer = to.answer, field](Reply<T> reply) {
			if (!reply)
				return answer(to_answer(reply.error()));
			if constexpr (std::is_arithmetic_v<T>)
				answer({Json{{field, *reply}}, false, {}});
			else
				answer({Json{{field, to_json(*reply)}}, false, {}});
		});
	}
};

void get_info(const Context &context) {
	context.succeed({{"vendor", "vf-failover"},
			 {"product", "failoverd"},
			 {"version", FAILOVER_VERSION},
			 {"url", ""},
			 {"interfaces", {kServiceInterface, kInterface}}});
}

void get_interface_description(const Context &context) {
	const auto name = context.call.parameters.find("interface");
	if (name == context.call.parameters.end() || !name->is_string())
		return context.fail(invalid_parameter("interface").value());
	if (*name == kInterface)
		context.succeed({{"description", interface_description()}});
	else if (*name == kServiceInterface)
		context.succeed({{"description", service_interface_description()}});
	else
		context.fail({std::string(kInterfaceNotFound), {{"interface", *name}}, {}});
}

void list(const Context &context) {
	context.succeed({{"masters", to_json(context.service.list(context.caller))}});
}

void show(const Context &context) {
	const auto query = context.parameters<MasterQuery>();
	if (!query)
		return;
	const auto master = context.service.show(context.caller, query->master);
	if (!master)
		return context.fail(master.error());
	context.succeed({{"master", to_json(*master)}});
}

void switch_active(const Context &context) {
	if (const auto request = context.parameters<SwitchRequest>())
		context.service.switch_active(context.caller, *request, context.reply_with<SwitchRecord>("switch"));
}

void attach(const Context &context) {
	if (const auto request = context.parameters<AttachRequest>())
		context.service.attach(context.caller, *request, context.reply_with<MasterState>("master"));
}

void detach(const Context &context) {
	const auto query = context.parameters<MasterQuery>();
	if (!query)
		return;
	context.service.detach(context.caller, query->master,
			       Completion<void>([answer = context.to.answer](const Reply<void> &reply) {
				       answer(reply ? Answer{} : to_answer(reply.error()));
			       }));
}

void events(const Context &context) {
	if (!context.call.more)
		return context.fail({std::string(kExpectedMore), Json::object(), {}});
	const auto query = context.parameters<EventQuery>();
	if (!query)
		return;
	auto past = context.service.events(context.caller, *query);
	if (!past)
		return context.fail(past.error());
	context.to.subscribe(std::move(*past), query->master);
}

void history(const Context &context) {
	const auto query = context.parameters<EventQuery>();
	if (!query)
		return;
	const auto past = context.service.events(context.caller, *query);
	if (!past)
		return context.fail(past.error());
	context.succeed({{"events", to_json(*past)}});
}

void probe(const Context &context) {
	context.succeed(to_json(context.service.probe(context.caller)));
}

void version(const Context &context) {
	context.succeed(to_json(context.service.version(context.caller)));
}

void reload(const Context &context) {
	context.service.reload(context.caller, context.reply_with<std::int64_t>("masters"));
}

enum class Access { Read, Change };

struct Method {
	std::string_view interface;
	std::string_view name;
	Access access;
	void (*run)(const Context &);
};

constexpr std::array kMethods = {
    Method{kServiceInterface, "GetInfo", Access::Read, get_info},
    Method{kServiceInterface, "GetInterfaceDescription", Access::Read, get_interface_description},
    Method{kInterface, "List", Access::Read, list},
    Method{kInterface, "Show", Access::Read, show},
    Method{kInterface, "Switch", Access::Change, switch_active},
    Method{kInterface, "Attach", Access::Change, attach},
    Method{kInterface, "Detach", Access::Change, detach},
    Method{kInterface, "Events", Access::Read, events},
    Method{kInterface, "History", Access::Read, history},
    Method{kInterface, "Probe", Access::Read, probe},
    Method{kInterface, "Version", Access::Read, version},
    Method{kInterface, "Reload", Access::Change, reload},
};

} // namespace

void dispatch(Service &service, const Caller &caller, const Call &call, Responder responder) {
	const Context context{service, caller, call, responder};
	bool interface_known = false;
	for (const Method &method : kMethods) {
		if (method.interface != call.interface_name())
			continue;
		interface_known = true;
		if (method.name != call.method_name())
			continue;
		if (method.access == Access::Change && !caller.privileged)
			return context.fail(not_permitted("root or CAP_NET_ADMIN").value());
		return method.run(context);
	}
	if (interface_known)
		context.fail({std::string(kMethodNotFound), {{"method", call.method}}, {}});
	else
		context.fail({std::string(kInterfaceNotFound), {{"interface", call.interface_name()}}, {}});
}

Answer to_answer(const CallError &error) {
	if (!error.name.empty())
		return {error.parameters, false, error.name};
	// A service that failed by itself, not by a declared error: the reason is all there is.
	return {Json{{"reason", error.transport.message}}, false, std::string(kRefused)};
}

Answer event_answer(const EventRecord &event) {
	return {Json{{"event", to_json(event)}}, true, {}};
}

} // namespace failover::control
