// SPDX-License-Identifier: GPL-2.0-only
// A master with slaves in a namespace of the test's own, and its programs ready to be fed packets.
#pragma once

#include "base/mac_address.hpp"
#include "bpf/maps.hpp"
#include "netlink/route_socket.hpp"

#include <linux/fom_abi.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace failover::test {

inline constexpr MacAddress kMasterMac{{0x52, 0x54, 0x00, 0x00, 0x00, 0x22}};
inline constexpr MacAddress kPeerMac{{0x52, 0x54, 0x00, 0x00, 0x00, 0x01}};
inline constexpr int kDrop = 2, kNext = -1, kRedirect = 7; ///< TC_ACT_*

using Packet = std::vector<std::uint8_t>;

/// An Ethernet frame of 60 bytes.
[[nodiscard]] Packet frame(const MacAddress &to, const MacAddress &from, std::uint16_t ethertype = 0x0800);

/// The two builds of the transmit program, see bpf/include/liveness.h.
enum class Reads { kCast, kProbe };

class Datapath {
public:
	/// Makes namespaces (network and mount), a bpffs, a port and a standby (slot 0) and primary (slot 1), both up
	/// with carrier, the primary active.
	explicit Datapath(Reads reads = Reads::kCast);
	~Datapath();

	[[nodiscard]] int transmit(const Packet &packet) { return run(tx_, port_, packet); }
	[[nodiscard]] int receive(unsigned slot, const Packet &packet) { return run(rx_, slave_[slot], packet); }
	[[nodiscard]] int receive_xdp(unsigned slot, const Packet &packet);
	[[nodiscard]] int receive_on(int ifindex, const Packet &packet) { return run(rx_, ifindex, packet); }

	/// Puts both slaves under a device, as net_failover does with its own, and enters that and the standby as
	/// adopted.
	void adopt();
	/// With a queue before the driver, as NICs have.
	void give_queue(unsigned slot);
	/// What is done with a frame that the device over both is to send.
	[[nodiscard]] int send_adopted(const Packet &packet);

	[[nodiscard]] fom_master &master() { return maps_->masters().at(0); }
	[[nodiscard]] fom_stats stats(unsigned slot) { return maps_->stats(0, slot).value(); }
	[[nodiscard]] std::vector<fom_event> events();
	[[nodiscard]] int port() const { return port_; }

	void set_carrier(unsigned slot, bool on);
	void set_up(unsigned slot, bool on);
	void remove(unsigned slot);

private:
	int run(int program, int ifindex, const Packet &packet);
	struct Programs;
	std::unique_ptr<Programs> programs_;
	std::optional<netlink::RouteSocket> route_;
	std::optional<bpf::Maps> maps_;
	int port_ = 0, over_ = 0, tx_ = -1, rx_ = -1, xdp_ = -1;
	int slave_[2] = {}, far_[2] = {};
};

} // namespace failover::test
