// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/programs.hpp"

#include "bpf/images.hpp"
#include "bpf/libbpf_log.hpp"
#include "bpf/listening.hpp"
#include "bpf/object.hpp"
#include "bpf/pins.hpp"

#include "adopt.skel.h"
#include "rx.skel.h"
#include "xdp.skel.h"

#include <array>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace failover::bpf {

namespace {

namespace fs = std::filesystem;

Result<UniqueFd> open_program(const std::string &path) {
	UniqueFd fd(bpf_obj_get(path.c_str()));
	if (!fd)
		return fail_errno(errno, fmt::format("BPF program {}", path));
	return fd;
}

/// Loads the programs for a net_failover, with or without the one at itself, and pins each where `pin` says.
Status load_adoption(const std::function<std::string(const char *)> &pin, bool steer) {
	const auto options = open_options();
	LibbpfLog log;
	Owned<adopt_bpf, adopt_bpf__destroy> object(adopt_bpf__open_opts(&options));
	if (object)
		bpf_program__set_autoload(object->progs.fom_adopt_steer, steer);
	if (!object || adopt_bpf__load(object.get()) != 0)
		return fail(fmt::format("the programs for net_failover were refused: {}", log.take_reason()));
	const auto &programs = object->progs;
	for (const auto &[name, program] :
	     {std::pair{"rx", programs.fom_adopt_rx}, std::pair{"tx", programs.fom_adopt_tx},
	      std::pair{"steer", steer ? programs.fom_adopt_steer : nullptr}}) {
		if (!program)
			continue;
		const std::string path = pin(name);
		::unlink(path.c_str());
		if (auto pinned = pin_program(program, path); !pinned)
			return pinned;
	}
	return {};
}

} // namespace

Result<Programs> Programs::load_or_reuse(std::uint32_t hidden_netns) {
	const std::string folder = program_pins(images_identity());
	std::error_code error;
	fs::create_directories(kPinRoot, error);
	if (error)
		return fail_errno(error.value(), fmt::format("making {} (is bpffs mounted at /sys/fs/bpf?)", kPinRoot));

	Programs programs;
	programs.folder_ = folder;
	programs.hidden_netns_ = hidden_netns;
	if (fs::exists(folder, error)) {
		auto reused = programs.reuse(folder);
		if (reused)
			reused = programs.take_from_kernel_object("", hidden_netns);
		if (!reused)
			return tl::unexpected(std::move(reused.error()).within("taking up loaded BPF programs"));
	} else {
		// Loaded aside and renamed when complete, so that a folder of this name is always whole. (bpffs takes
		// no names with a dot.)
		const std::string fresh = kPinRoot + "/loading";
		fs::remove_all(fresh, error);
		fs::create_directory(fresh, error);
		if (error)
			return fail_errno(error.value(), fmt::format("making {}", fresh));
		if (auto loaded = programs.load(fresh, hidden_netns); !loaded) {
			fs::remove_all(fresh, error);
			return tl::unexpected(std::move(loaded.error()).within("loading BPF programs"));
		}
		if (::rename(fresh.c_str(), folder.c_str()) < 0)
			return fail_errno(errno, fmt::format("renaming {}", fresh));
	}
	for (const auto &entry : fs::directory_iterator(kPinRoot, error))
		if (entry.path().filename().string().starts_with("programs-") && entry.path() != folder)
			fs::remove_all(entry.path(), error);
	images_rest();
	return programs;
}

Status Programs::reuse(const std::string &folder) {
	for (const auto &[name, fd] : {std::pair{"tx", &tx_}, std::pair{"rx", &rx_}, std::pair{"xdp", &xdp_}}) {
		auto opened = open_program(folder + "/" + name);
		if (!opened && std::string_view(name) == "xdp")
			continue; // it was refused when the folder was made; the master works without
		if (!opened)
			return tl::unexpected(opened.error());
		*fd = std::move(*opened);
	}
	reused_ = true;
	trials_.push_back({"programs", true, "pinned by an earlier run, reused"});
	return {};
}

Status Programs::load(const std::string &folder, std::uint32_t hidden_netns) {
	if (auto taken = take_from_kernel_object(folder + "/tx", hidden_netns); !taken)
		return taken;

	const auto options = open_options();
	LibbpfLog log;
	Owned<rx_bpf, rx_bpf__destroy> receive(rx_bpf__open_opts(&options));
	if (!receive || rx_bpf__load(receive.get()) != 0)
		return fail(fmt::format("the receive program was refused: {}", log.take_reason()));
	if (auto pinned = pin_program(receive->progs.fom_rx, folder + "/rx"); !pinned)
		return pinned;

	Owned<xdp_bpf, xdp_bpf__destroy> early(xdp_bpf__open_opts(&options));
	if (early && xdp_bpf__load(early.get()) == 0) {
		if (auto pinned = pin_program(early->progs.fom_xdp, folder + "/xdp"); !pinned)
			return pinned;
		trials_.push_back({"xdp-program", true, "loaded, attached where asked for"});
	} else {
		trials_.push_back({"xdp-program", false, log.take_reason()});
	}

	for (const auto &[name, fd] : {std::pair{"tx", &tx_}, std::pair{"rx", &rx_}}) {
		auto opened = open_program(folder + "/" + name);
		if (!opened)
			return tl::unexpected(opened.error());
		*fd = std::move(*opened);
	}
	if (auto opened = open_program(folder + "/xdp"))
		xdp_ = std::move(*opened);
	return {};
}

Status Programs::want_adoption() {
	if (adopt_rx_ && adopt_tx_)
		return {};
	const auto pin = [this](const char *name) { return fmt::format("{}/adopt-{}", folder_, name); };
	std::error_code error;
	if (!fs::exists(pin("rx"), error) || !fs::exists(pin("tx"), error)) {
		// Without the one that reads most of the kernel net_failover is as good as it is by itself where frames
		// leave.
		if (auto all = load_adoption(pin, true); !all)
			if (auto least = load_adoption(pin, false); !least)
				return least;
	}
	for (const auto &[name, fd] :
	     {std::pair{"rx", &adopt_rx_}, std::pair{"tx", &adopt_tx_}, std::pair{"steer", &adopt_steer_}}) {
		auto opened = open_program(pin(name));
		if (opened)
			*fd = std::move(*opened);
		else if (fd != &adopt_steer_)
			return tl::unexpected(opened.error());
	}
	return {};
}

Status Programs::listen(const std::string &driver, bool since_before) {
	const char *handler = link_interrupt_of(driver);
	if (handler == nullptr)
		return {};
	const std::string name = "listen-" + driver, path = link_pin(name);
	const bool kept = since_before && reused_ && UniqueFd(bpf_obj_get(path.c_str()));
	Status done = kept ? Status() : attach_to(handler, path);
	std::erase_if(trials_, [&](const Trial &trial) { return trial.name == name; });
	trials_.push_back(
	    {name, done.has_value(), done ? "its link interrupt is heard (kprobe)" : done.error().message});
	return done;
}

Status Programs::attach_to(const char *handler, const std::string &path) {
	if (!listener_) {
		const std::string pin = folder_ + "/listen";
		auto program = open_program(pin);
		if (!program)
			program = load_listener(pin, hidden_netns_);
		if (!program)
			return tl::unexpected(program.error());
		listener_ = std::move(*program);
	}
	return attach_listener(listener_.get(), handler, path);
}

/// `tx_path`: where to pin the transmit program, empty if it is there already.
Status Programs::take_from_kernel_object(const std::string &tx_path, std::uint32_t hidden_netns) {
	std::array<Watch, 2> watches = {{
	    {"watch-carrier", "fom_watch_carrier", "carrier seen as it changes (fentry)"},
	    {"watch-unbind", "fom_watch_unbind", "driver unbind seen before it (fentry)"},
	}};
	std::vector<Watch *> missing;
	for (auto &watch : watches) {
		const std::string path = link_pin(watch.pin);
		watch.works = reused_ && UniqueFd(bpf_obj_get(path.c_str()));
		if (!watch.works) {
			::unlink(path.c_str());
			missing.push_back(&watch);
		}
	}
	if (auto loaded = load_kernel_programs(tx_path, missing, hidden_netns, trials_); !loaded)
		return loaded;
	for (const auto &watch : watches)
		trials_.push_back({watch.pin, watch.works, watch.works ? watch.detail : watch.reason});
	watches_carrier_ = watches[0].works;
	watches_unbind_ = watches[1].works;
	return {};
}

} // namespace failover::bpf
