// SPDX-License-Identifier: GPL-2.0-only
#include "datapath.hpp"

#include "bpf/event_reader.hpp"
#include "bpf/pins.hpp"

#include "adopt.skel.h"
#include "kernel_cast.skel.h"
#include "kernel_probe.skel.h"
#include "rx.skel.h"
#include "xdp.skel.h"

#include <algorithm>
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <sched.h>
#include <sys/mount.h>

namespace failover::test {

namespace {

constexpr std::size_t kFrameSize = 60;

/// Namespaces of its own for the whole process: each Catch2 test case runs in a process of its own under ctest, and one
/// after the other otherwise.
void enter_fresh_namespaces() {
	REQUIRE(::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0);
	REQUIRE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
	REQUIRE(::mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr) == 0);
	std::filesystem::create_directory(bpf::kPinRoot);
}

/// Tracing is not what is tested, and not every machine that runs tests allows it.
void load_transmit_only(bpf_object *object) {
	bpf_program *program = nullptr;
	bpf_object__for_each_program(program, object)
	    bpf_program__set_autoload(program, bpf_program__name(program) == std::string_view("fom_tx"));
}

/// The part of struct __sk_buff that a test run takes as input.
__sk_buff context_at(int ifindex) {
	__sk_buff context{};
	context.ifindex = static_cast<std::uint32_t>(ifindex);
	return context;
}

} // namespace

struct Datapath::Programs {
	kernel_cast_bpf *cast = nullptr;
	kernel_probe_bpf *probe = nullptr;
	rx_bpf *rx = nullptr;
	xdp_bpf *xdp = nullptr;
	adopt_bpf *adopt = nullptr;
	~Programs() {
		adopt_bpf__destroy(adopt);
		kernel_cast_bpf__destroy(cast);
		kernel_probe_bpf__destroy(probe);
		rx_bpf__destroy(rx);
		xdp_bpf__destroy(xdp);
	}
};

Packet frame(const MacAddress &to, const MacAddress &from, std::uint16_t ethertype) {
	ethhdr header{};
	std::memcpy(header.h_dest, to.bytes().data(), ETH_ALEN);
	std::memcpy(header.h_source, from.bytes().data(), ETH_ALEN);
	header.h_proto = htons(ethertype);
	Packet packet(kFrameSize);
	std::memcpy(packet.data(), &header, sizeof(header));
	return packet;
}

Datapath::Datapath(Reads reads) : programs_(std::make_unique<Programs>()) {
	enter_fresh_namespaces();
	bpf_object_open_opts options{};
	options.sz = sizeof(options);
	options.pin_root_path = bpf::kPinRoot.c_str();
	if (reads == Reads::kCast) {
		programs_->cast = kernel_cast_bpf__open_opts(&options);
		load_transmit_only(programs_->cast->obj);
		REQUIRE(kernel_cast_bpf__load(programs_->cast) == 0);
		tx_ = bpf_program__fd(programs_->cast->progs.fom_tx);
	} else {
		programs_->probe = kernel_probe_bpf__open_opts(&options);
		load_transmit_only(programs_->probe->obj);
		REQUIRE(kernel_probe_bpf__load(programs_->probe) == 0);
		tx_ = bpf_program__fd(programs_->probe->progs.fom_tx);
	}
	programs_->rx = rx_bpf__open_opts(&options);
	REQUIRE(rx_bpf__load(programs_->rx) == 0);
	rx_ = bpf_program__fd(programs_->rx->progs.fom_rx);
	programs_->xdp = xdp_bpf__open_opts(&options);
	REQUIRE(xdp_bpf__load(programs_->xdp) == 0);
	xdp_ = bpf_program__fd(programs_->xdp->progs.fom_xdp);
	maps_.emplace(bpf::Maps::open_pinned(true).value());

	route_.emplace(netlink::RouteSocket::open().value());
	const auto index_of = [&](const char *name) {
		const auto link = route_->link(name);
		REQUIRE((link && *link));
		return (*link)->ifindex;
	};
	const auto pair = [&](const char *name, const char *peer, unsigned slot) {
		netlink::PairSpec spec;
		spec.ifindex = static_cast<int>(FOM_PLACE(0u, slot));
		spec.name = name;
		spec.peer_name = peer;
		REQUIRE(route_->add_veth(spec).has_value());
		for (const char *end : {name, peer})
			REQUIRE(route_->set_link(index_of(end), netlink::LinkChange().set_up()).has_value());
		return std::pair(index_of(name), index_of(peer));
	};
	port_ = pair("port", "user", FOM_PLACE_PORT).first;
	std::tie(slave_[0], far_[0]) = pair("standby", "far0", 0);
	std::tie(slave_[1], far_[1]) = pair("primary", "far1", 1);

	fom_master &entry = master();
	entry.port = static_cast<std::uint32_t>(port_);
	entry.active = 1;
	std::ranges::copy(kMasterMac.bytes(), entry.mac);
	for (unsigned slot = 0; slot < 2; ++slot) {
		entry.slots[slot].ifindex = static_cast<std::uint32_t>(slave_[slot]);
		entry.slots[slot].rank = slot == 1 ? 0 : 10;
		entry.slots[slot].flags = FOM_SLOT_USED | FOM_SLOT_READY;
	}
	entry.version = FOM_ABI_VERSION;
}

Datapath::~Datapath() = default;

void Datapath::adopt() {
	bpf_object_open_opts options{};
	options.sz = sizeof(options);
	options.pin_root_path = bpf::kPinRoot.c_str();
	programs_->adopt = adopt_bpf__open_opts(&options);
	REQUIRE(adopt_bpf__load(programs_->adopt) == 0);
	// Any device with others below it will do.
	REQUIRE(std::system("ip link add over type bridge && ip link set over up && "
			    "ip link set standby master over && ip link set primary master over") == 0);
	over_ = route_->link("over").value()->ifindex;
	REQUIRE(maps_->set_adopted(over_, FOM_PLACE(0u, FOM_PLACE_PORT)).has_value());
	master().visible = static_cast<std::uint32_t>(over_);
	master().slots[0].role = FOM_ROLE_STANDBY;
	master().slots[1].role = FOM_ROLE_PRIMARY;
}

void Datapath::give_queue(unsigned slot) {
	const std::string command =
	    fmt::format("tc qdisc replace dev {} root pfifo", slot == 0 ? "standby" : "primary");
	REQUIRE(std::system(command.c_str()) == 0);
}

int Datapath::send_adopted(const Packet &packet) {
	return run(bpf_program__fd(programs_->adopt->progs.fom_adopt_steer), over_, packet);
}

int Datapath::run(int program, int ifindex, const Packet &packet) {
	auto context = context_at(ifindex);
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.data(),
		    .data_size_in = static_cast<__u32>(packet.size()), .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = 1);
	REQUIRE(bpf_prog_test_run_opts(program, &options) == 0);
	return static_cast<int>(options.retval);
}

int Datapath::receive_xdp(unsigned slot, const Packet &packet) {
	xdp_md context{};
	context.data_end = static_cast<std::uint32_t>(packet.size());
	context.ingress_ifindex = static_cast<std::uint32_t>(slave_[slot]);
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.data(),
		    .data_size_in = static_cast<__u32>(packet.size()), .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = 1);
	REQUIRE(bpf_prog_test_run_opts(xdp_, &options) == 0);
	return static_cast<int>(options.retval);
}

std::vector<fom_event> Datapath::events() {
	std::vector<fom_event> seen;
	auto reader =
	    bpf::EventReader::open(maps_->events_fd(), [&](const fom_event &event) { seen.push_back(event); });
	REQUIRE(reader.has_value());
	REQUIRE(reader->read().has_value());
	return seen;
}

void Datapath::set_carrier(unsigned slot, bool on) {
	REQUIRE(route_->set_link(far_[slot], netlink::LinkChange().set_up(on)).has_value());
}

void Datapath::set_up(unsigned slot, bool on) {
	REQUIRE(route_->set_link(slave_[slot], netlink::LinkChange().set_up(on)).has_value());
}

void Datapath::remove(unsigned slot) {
	REQUIRE(route_->delete_link(slave_[slot]).has_value());
}

} // namespace failover::test
