// SPDX-License-Identifier: GPL-2.0-only
#include "render/text.hpp"

#include "control/fields.hpp"

#include <array>
#include <fmt/format.h>
#include <time.h>

namespace failover::ctl {

namespace {

constexpr std::int64_t kSecond = 1'000'000;

std::string local_time(std::int64_t time, const char *format) {
	const time_t seconds = time / kSecond;
	tm parts{};
	std::array<char, 64> text{};
	if (::localtime_r(&seconds, &parts) == nullptr || ::strftime(text.data(), text.size(), format, &parts) == 0)
		return "?";
	return text.data();
}

bool is_control(unsigned char c) {
	return c < 0x20 || c == 0x7f;
}

void make_printable(std::string &text) {
	for (std::size_t i = 0; i < text.size(); ++i) {
		if (is_control(static_cast<unsigned char>(text[i])))
			text[i] = '?';
		// C1 controls, U+0080 to U+009F, are controls to a terminal too.
		if (text[i] == '\xc2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0)
			text[i] = text[i + 1] = '?';
	}
}

template <typename T> void make_printable(std::vector<T> &values);
template <typename T> void make_printable(std::optional<T> &value);

template <typename T> void make_printable(T &value) {
	if constexpr (!std::is_arithmetic_v<T>)
		control::for_each_field(value, [](const char *, auto &field) { make_printable(field); });
}

template <typename T> void make_printable(std::vector<T> &values) {
	for (T &value : values)
		make_printable(value);
}

template <typename T> void make_printable(std::optional<T> &value) {
	if (value)
		make_printable(*value);
}

/// Length in bytes of what stands at the front of `text` and whether it takes a column.
struct Glyph {
	std::size_t size;
	bool visible;
};

Glyph front_glyph(std::string_view text) {
	if (text.front() == '\x1b') {
		const std::size_t end = text.find('m');
		return {end == std::string_view::npos ? text.size() : end + 1, false};
	}
	std::size_t size = 1;
	while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80)
		++size;
	return {size, true};
}

} // namespace

std::string absolute_time(std::int64_t time) {
	return local_time(time, "%a %Y-%m-%d %H:%M:%S %Z");
}

std::string event_time(std::int64_t time) {
	return fmt::format("{}.{:03}", local_time(time, "%Y-%m-%d %H:%M:%S"), time % kSecond / 1000);
}

std::string time_ago(std::int64_t time, std::int64_t now) {
	const std::int64_t seconds = (now - time) / kSecond;
	if (now < time)
		return "in the future";
	if (seconds < 1)
		return "just now";
	struct Unit {
		std::int64_t seconds;
		const char *name;
	};
	constexpr std::array kUnits = {Unit{86400, "d"}, Unit{3600, "h"}, Unit{60, "min"}, Unit{1, "s"}};
	for (std::size_t i = 0; i + 1 < kUnits.size(); ++i) {
		const auto &[size, name] = kUnits[i];
		if (seconds < size)
			continue;
		const auto &next = kUnits[i + 1];
		const std::int64_t rest = seconds % size / next.seconds;
		if (rest == 0)
			return fmt::format("{}{} ago", seconds / size, name);
		return fmt::format("{}{} {}{} ago", seconds / size, name, rest, next.name);
	}
	return fmt::format("{}s ago", seconds);
}

std::string duration(std::int64_t microseconds) {
	const auto value = static_cast<double>(microseconds);
	if (microseconds < 1000)
		return fmt::format("{} us", microseconds);
	if (microseconds < kSecond)
		return fmt::format("{:.3g} ms", value / 1e3);
	return fmt::format("{:.3g} s", value / 1e6);
}

std::string grouped(std::uint64_t number) {
	std::string digits = fmt::to_string(number);
	for (std::size_t at = digits.size(); at > 3;) {
		at -= 3;
		digits.insert(at, 1, ',');
	}
	return digits;
}

std::string bytes(std::uint64_t count) {
	constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	if (count < 1024)
		return fmt::format("{} B", count);
	auto value = static_cast<double>(count) / 1024;
	std::size_t unit = 0;
	for (; value >= 1023.5 && unit + 1 < kUnits.size(); ++unit)
		value /= 1024;
	return value < 9.995   ? fmt::format("{:.2f} {}", value, kUnits[unit])
	       : value < 99.95 ? fmt::format("{:.1f} {}", value, kUnits[unit])
			       : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

std::string counted(std::uint64_t count, std::string_view noun) {
	return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : noun.ends_with("ch") ? "es" : "s");
}

std::size_t columns(std::string_view text) {
	std::size_t count = 0;
	while (!text.empty()) {
		const Glyph glyph = front_glyph(text);
		count += glyph.visible ? 1 : 0;
		text.remove_prefix(glyph.size);
	}
	return count;
}

std::string shortened(std::string_view text, std::size_t width, std::string_view ellipsis) {
	if (width == 0 || columns(text) <= width)
		return std::string(text);
	std::string out;
	bool painted = false;
	for (std::size_t used = 0; !text.empty();) {
		const Glyph glyph = front_glyph(text);
		if (glyph.visible && ++used >= width)
			break;
		painted = painted || !glyph.visible;
		out += text.substr(0, glyph.size);
		text.remove_prefix(glyph.size);
	}
	out += ellipsis;
	return painted ? out + "\x1b[0m" : out;
}

std::vector<control::MasterState> printable(std::vector<control::MasterState> masters) {
	make_printable(masters);
	return masters;
}

std::vector<control::EventRecord> printable(std::vector<control::EventRecord> events) {
	make_printable(events);
	return events;
}

control::ProbeReport printable(control::ProbeReport report) {
	make_printable(report);
	return report;
}

} // namespace failover::ctl
