// SPDX-License-Identifier: GPL-2.0-only
// While an interface and its configuration are on their way to a master, or back, they stand nowhere: a failoverd that
// is killed then must not take them along.
#pragma once

#include "master/kernel.hpp"
#include "takeover/snapshot.hpp"

#include <string>

namespace failover {

/// Keeps what is on the interface in a file (takeover/record.hpp) as long as this lives. Begin before anything is
/// moved. Where the file cannot be written, that is logged, and things go on without.
class Takeover {
public:
	Takeover(unsigned master, const takeover::Snapshot &snapshot);
	~Takeover();
	Takeover(const Takeover &) = delete;
	Takeover &operator=(const Takeover &) = delete;

private:
	std::string path_;
};

/// At the start: undoes what a failoverd that was killed meanwhile has left of its takeovers, to the interface with
/// its configuration. May be interrupted itself.
void roll_back_interrupted(Kernel &kernel);

} // namespace failover
