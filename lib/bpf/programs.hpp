// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "bpf/kernel_programs.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace failover::bpf {

/// The loaded programs. They are pinned under the identity of the objects they came from: a daemon of the same build
/// takes them up unchanged, another build loads its own and moves the attachments over.
class Programs {
public:
	/// `hidden_netns`: inode number of the hidden namespace, which the watching programs filter by.
	[[nodiscard]] static Result<Programs> load_or_reuse(std::uint32_t hidden_netns);

	[[nodiscard]] int tx() const { return tx_.get(); }
	[[nodiscard]] int rx() const { return rx_.get(); }
	[[nodiscard]] int xdp() const { return xdp_.get(); }
	/// Those for a net_failover (adopt.tc.bpf.c), at its slaves and at itself; loaded when they are first wanted.
	[[nodiscard]] Status want_adoption();
	[[nodiscard]] int adopt_rx() const { return adopt_rx_.get(); }
	[[nodiscard]] int adopt_tx() const { return adopt_tx_.get(); }
	/// -1 where the kernel refused it.
	[[nodiscard]] int adopt_steer() const { return adopt_steer_.get(); }
	/// Hears of the links of this driver's NICs as early as the driver does, where that is worth it
	/// (link_interrupt_of()). To be called whenever one of them has become a slave: the driver may be loaded anew.
	/// `since_before`: it has been one since before this process, and an earlier one has seen to it.
	[[nodiscard]] Status listen(const std::string &driver, bool since_before);
	/// Whether the kernel itself reports carrier changes and unbinding, see watch.trace.bpf.c.
	[[nodiscard]] bool watches_carrier() const { return watches_carrier_; }
	[[nodiscard]] bool watches_unbind() const { return watches_unbind_; }
	[[nodiscard]] bool reused() const { return reused_; }
	[[nodiscard]] const std::vector<Trial> &trials() const { return trials_; }

private:
	Programs() = default;
	Status load(const std::string &folder, std::uint32_t hidden_netns);
	Status reuse(const std::string &folder);
	Status attach_to(const char *handler, const std::string &path);
	Status take_from_kernel_object(const std::string &tx_path, std::uint32_t hidden_netns);

	std::string folder_; ///< where they are pinned
	std::uint32_t hidden_netns_ = 0;
	UniqueFd tx_, rx_, xdp_, adopt_rx_, adopt_tx_, adopt_steer_, listener_;
	bool watches_carrier_ = false;
	bool watches_unbind_ = false;
	bool reused_ = false;
	std::vector<Trial> trials_;
};

} // namespace failover::bpf
