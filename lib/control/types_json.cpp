// SPDX-License-Identifier: GPL-2.0-only
#include "control/types_json.hpp"

#include "control/fields.hpp"

#include <fmt/format.h>
#include <limits>
#include <utility>

namespace failover::control {

namespace {

// ---- writing

template <typename T> Json write_value(const std::vector<T> &values);
template <typename T> Json write_value(const std::optional<T> &value);

template <typename T> Json write_value(const T &value) {
	if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
		return value;
	} else {
		Json object = Json::object();
		for_each_field(value, [&object]<typename F>(const char *name, const F &field) {
			object[name] = write_value(field);
		});
		return object;
	}
}

template <typename T> Json write_value(const std::vector<T> &values) {
	Json array = Json::array();
	for (const T &value : values)
		array.push_back(write_value(value));
	return array;
}

template <typename T> Json write_value(const std::optional<T> &value) {
	return value ? write_value(*value) : Json(nullptr);
}

// ---- reading: the first wrong field stops everything and its path is all that is kept

class Reader {
public:
	[[nodiscard]] bool failed() const { return wrong_.has_value(); }
	[[nodiscard]] WrongField take_wrong() { return std::move(*wrong_); }

	void read(const Json &value, const std::string &path, std::string &out) {
		if (!value.is_string())
			return wrong(path);
		out = value.get<std::string>();
	}

	void read(const Json &value, const std::string &path, bool &out) {
		if (!value.is_boolean())
			return wrong(path);
		out = value.get<bool>();
	}

	template <typename Int>
	requires std::is_integral_v<Int>
	void read(const Json &value, const std::string &path, Int &out) {
		if (value.is_number_unsigned()) {
			const auto number = value.get<std::uint64_t>();
			if (!std::in_range<Int>(number))
				return wrong(path);
			out = static_cast<Int>(number);
		} else if (value.is_number_integer()) {
			const auto number = value.get<std::int64_t>();
			if (!std::in_range<Int>(number))
				return wrong(path);
			out = static_cast<Int>(number);
		} else {
			wrong(path);
		}
	}

	template <typename T> void read(const Json &value, const std::string &path, std::vector<T> &out) {
		if (!value.is_array())
			return wrong(path);
		out.clear();
		out.reserve(value.size());
		for (std::size_t i = 0; i < value.size() && !failed(); ++i)
			read(value[i], fmt::format("{}[{}]", path, i), out.emplace_back());
	}

	template <typename T>
	requires std::is_class_v<T>
	void read(const Json &value, const std::string &path, T &out) {
		if (!value.is_object())
			return wrong(path);
		for_each_field(out, [&]<typename F>(const char *name, F &field) {
			if (failed())
				return;
			const auto member = value.find(name);
			member_of(member == value.end() ? nullptr : &*member,
				  path.empty() ? std::string(name) : fmt::format("{}.{}", path, name), field);
		});
	}

private:
	template <typename F> void member_of(const Json *member, const std::string &path, F &field) {
		if (member == nullptr)
			return wrong(path);
		read(*member, path, field);
	}

	template <typename F> void member_of(const Json *member, const std::string &path, std::optional<F> &field) {
		if (member == nullptr || member->is_null()) {
			field.reset();
			return;
		}
		read(*member, path, field.emplace());
	}

	void wrong(const std::string &path) {
		if (!wrong_)
			wrong_ = WrongField{path};
	}

	std::optional<WrongField> wrong_;
};

} // namespace

template <typename T> Parsed<T> from_json(const Json &value, const std::string &path) {
	Reader reader;
	T out{};
	reader.read(value, path, out);
	if (reader.failed())
		return tl::unexpected(reader.take_wrong());
	return out;
}

template <typename T> Parsed<T> from_parameters(const Json &value) {
	auto parsed = from_json<T>(value);
	if (!parsed)
		return parsed;
	for (const auto &item : value.items()) {
		bool known = false;
		for_each_field(*parsed, [&](const char *name, const auto &) { known = known || item.key() == name; });
		if (!known)
			return tl::unexpected(WrongField{item.key()});
	}
	return parsed;
}

template Parsed<SwitchRequest> from_parameters(const Json &);
template Parsed<AttachRequest> from_parameters(const Json &);
template Parsed<MasterQuery> from_parameters(const Json &);
template Parsed<EventQuery> from_parameters(const Json &);

template Parsed<std::string> from_json(const Json &, const std::string &);
template Parsed<std::int64_t> from_json(const Json &, const std::string &);
template Parsed<Counters> from_json(const Json &, const std::string &);
template Parsed<SlaveState> from_json(const Json &, const std::string &);
template Parsed<SwitchRecord> from_json(const Json &, const std::string &);
template Parsed<MasterState> from_json(const Json &, const std::string &);
template Parsed<EventRecord> from_json(const Json &, const std::string &);
template Parsed<Capability> from_json(const Json &, const std::string &);
template Parsed<ProbeReport> from_json(const Json &, const std::string &);
template Parsed<VersionInfo> from_json(const Json &, const std::string &);
template Parsed<std::vector<MasterState>> from_json(const Json &, const std::string &);
template Parsed<std::vector<EventRecord>> from_json(const Json &, const std::string &);

Json to_json(const Counters &value) {
	return write_value(value);
}
Json to_json(const SlaveState &value) {
	return write_value(value);
}
Json to_json(const SwitchRecord &value) {
	return write_value(value);
}
Json to_json(const MasterState &value) {
	return write_value(value);
}
Json to_json(const EventRecord &value) {
	return write_value(value);
}
Json to_json(const Capability &value) {
	return write_value(value);
}
Json to_json(const ProbeReport &value) {
	return write_value(value);
}
Json to_json(const VersionInfo &value) {
	return write_value(value);
}
Json to_json(const SwitchRequest &value) {
	return write_value(value);
}
Json to_json(const AttachRequest &value) {
	return write_value(value);
}
Json to_json(const MasterQuery &value) {
	return write_value(value);
}
Json to_json(const EventQuery &value) {
	return write_value(value);
}
Json to_json(const std::vector<MasterState> &value) {
	return write_value(value);
}
Json to_json(const std::vector<EventRecord> &value) {
	return write_value(value);
}

} // namespace failover::control
