// SPDX-License-Identifier: GPL-2.0-only
#include "formation/interruption.hpp"

#include "base/places.hpp"
#include "formation/give_back.hpp"
#include "process/log.hpp"
#include "takeover/record.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace failover {

namespace {

constexpr std::string_view kRecordPrefix = "takeover-";

std::string record_of(unsigned master) {
	return fmt::format("{}/{}{}", kRuntimeDir, kRecordPrefix, master);
}

void forget(const std::string &path) {
	std::error_code error;
	std::filesystem::remove(path, error);
}

void roll_back(Kernel &kernel, unsigned master, const std::string &path) {
	auto before = takeover::read_record(path);
	if (!before && before.error().code == ENOENT)
		return;
	if (!before) {
		// For an operator's eyes: there is nobody else who knows what was there. Nothing is torn down for it.
		const std::string aside = path + ".unreadable";
		std::error_code error;
		std::filesystem::rename(path, aside, error);
		log::error(
		    "an interface was being taken over, and its configuration cannot be put back: {} (kept as {})",
		    before.error().message, aside);
		return;
	}
	log::notice("{} was being taken over or given back when failoverd ended: it gets back what it had",
		    before->link.name);
	const auto returned = give_back_place(kernel, master, &*before);
	if (!returned)
		log::error("{}", returned.error().message);
	else if (returned->whole)
		forget(path);
}

} // namespace

Takeover::Takeover(unsigned master, const takeover::Snapshot &snapshot) : path_(record_of(master)) {
	if (auto done = takeover::write_record(path_, snapshot); !done)
		log::warning("{}: should failoverd be killed in this moment, its configuration is lost: {}",
			     snapshot.link.name, done.error().message);
}

void Takeover::done() const {
	forget(path_);
}

bool Takeover::is_record(std::string_view file_name) {
	return file_name.starts_with(kRecordPrefix);
}

std::optional<unsigned> Takeover::free_place(Kernel &kernel) {
	std::error_code error;
	for (unsigned master = 0; master < FOM_MAX_MASTERS; ++master)
		if (!kernel.maps.masters().used(master) && !std::filesystem::exists(record_of(master), error))
			return master;
	return std::nullopt;
}

void roll_back_interrupted(Kernel &kernel) {
	for (unsigned master = 0; master < FOM_MAX_MASTERS; ++master)
		roll_back(kernel, master, record_of(master));
	give_back_strays(kernel);
}

} // namespace failover
