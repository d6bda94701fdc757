// SPDX-License-Identifier: GPL-2.0-only
// While an interface and its configuration are on their way to a master, or back, they stand nowhere: a failoverd that
// is killed then must not take them along.
#pragma once

#include "master/kernel.hpp"
#include "takeover/snapshot.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace failover {

/// Keeps what is on the interface in a file (takeover/record.hpp), from before anything is moved until the
/// configuration stands on an interface again, whoever has put it there. Where the file cannot be written, that is
/// logged, and things go on without.
class Takeover {
public:
	Takeover(unsigned master, const takeover::Snapshot &snapshot);
	void done() const;

	/// A place for a new master: neither in use, nor with a NIC in it that could not be given back.
	[[nodiscard]] static std::optional<unsigned> free_place(Kernel &kernel);
	/// Of the files in the runtime directory.
	[[nodiscard]] static bool is_record(std::string_view file_name);

private:
	std::string path_;
};

/// At the start: undoes what a failoverd that was killed meanwhile has left of its takeovers, to the interface with
/// its configuration. May be interrupted itself.
void roll_back_interrupted(Kernel &kernel);

} // namespace failover
