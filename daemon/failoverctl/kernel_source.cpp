// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_source.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>
#include <utility>

namespace failover::ctl {

namespace {

class KernelSource final : public control::StateSource {
public:
	explicit KernelSource(std::string pin_directory) : pin_directory_(std::move(pin_directory)) {}

	Result<std::vector<control::MasterState>> masters() override {
		const std::string pin = pin_directory_ + "/fom_masters";
		if (::access(pin.c_str(), F_OK) == 0)
			return tl::unexpected(Error{
			    ENOTSUP, fmt::format("the masters in {} can only be read through failoverd here; start it "
						 "with 'systemctl start failoverd'",
						 pin)});
		if (errno == EACCES)
			return fail_errno(EACCES, fmt::format("reading {} (try as root)", pin_directory_));
		return tl::unexpected(
		    Error{ENOENT, fmt::format("the kernel has no failover state either: nothing is pinned in {}",
					      pin_directory_)});
	}
	[[nodiscard]] control::StateOrigin origin() const override { return control::StateOrigin::Kernel; }

private:
	std::string pin_directory_;
};

} // namespace

std::unique_ptr<control::StateSource> make_kernel_source(const std::string &pin_directory) {
	return std::make_unique<KernelSource>(pin_directory);
}

} // namespace failover::ctl
