// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/programs.hpp"

#include "bpf/libbpf_log.hpp"
#include "bpf/pins.hpp"

#include "rx.skel.h"
#include "tx_cast.skel.h"
#include "tx_probe.skel.h"
#include "watch.skel.h"
#include "xdp.skel.h"

#include <algorithm>
#include <array>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <span>
#include <sys/stat.h>

namespace failover::bpf {

namespace {

namespace fs = std::filesystem;

/// Owner of an opened object of type S with its generated destroy function.
template <typename S, void (*destroy)(S *)> struct Destroy {
	void operator()(S *skeleton) const { destroy(skeleton); }
};
template <typename S, void (*destroy)(S *)> using Owned = std::unique_ptr<S, Destroy<S, destroy>>;

bpf_object_open_opts open_options() {
	bpf_object_open_opts options{};
	options.sz = sizeof(options);
	options.pin_root_path = kPinRoot.c_str();
	return options;
}

Status pin_program(const bpf_program *program, const std::string &path) {
	if (bpf_obj_pin(bpf_program__fd(program), path.c_str()) < 0 && errno != EEXIST)
		return fail_errno(errno, fmt::format("pinning {}", path));
	return {};
}

/// FNV-1a over the objects: the identity of this build of the programs.
class BuildIdentity {
public:
	void add(const void *bytes, std::size_t size) {
		const auto *byte = static_cast<const unsigned char *>(bytes);
		for (std::size_t i = 0; i < size; ++i)
			hash_ = (hash_ ^ byte[i]) * 0x100000001b3ull;
	}
	[[nodiscard]] std::string text() const { return fmt::format("{:016x}", hash_); }

private:
	std::uint64_t hash_ = 0xcbf29ce484222325ull;
};

std::string build_identity() {
	BuildIdentity identity;
	std::size_t size = 0;
	identity.add(tx_cast_bpf__elf_bytes(&size), size);
	identity.add(tx_probe_bpf__elf_bytes(&size), size);
	identity.add(rx_bpf__elf_bytes(&size), size);
	identity.add(xdp_bpf__elf_bytes(&size), size);
	identity.add(watch_bpf__elf_bytes(&size), size);
	return identity.text();
}

Result<UniqueFd> open_program(const std::string &path) {
	UniqueFd fd(bpf_obj_get(path.c_str()));
	if (!fd)
		return fail_errno(errno, fmt::format("BPF program {}", path));
	return fd;
}

/// A program of watch.trace.bpf.c that is used where the kernel allows it.
struct Watch {
	const char *pin;
	const char *program;
	const char *detail;
	bool works = false;
	std::string reason = {}; ///< why it does not
};

/// Loads the programs in one object and attaches each; 0, or the negative errno of opening and loading.
int load_watches(std::span<Watch *const> watches, std::uint32_t hidden_netns, LibbpfLog &log) {
	const auto options = open_options();
	Owned<watch_bpf, watch_bpf__destroy> object(watch_bpf__open_opts(&options));
	int error = object ? 0 : -errno;
	if (object) {
		object->rodata->hidden_netns = hidden_netns;
		bpf_program *program = nullptr;
		bpf_object__for_each_program(program, object->obj) {
			const std::string_view name = bpf_program__name(program);
			bpf_program__set_autoload(program,
						  std::ranges::find(watches, name, &Watch::program) != watches.end());
		}
		error = watch_bpf__load(object.get());
	}
	const std::string reason = error < 0 ? log.take_reason() : "";
	for (Watch *watch : watches) {
		watch->reason = reason;
		if (error < 0)
			continue;
		bpf_link *link = bpf_program__attach(bpf_object__find_program_by_name(object->obj, watch->program));
		watch->works = link && bpf_link__pin(link, link_pin(watch->pin).c_str()) == 0;
		if (!watch->works)
			watch->reason = log.take_reason();
		if (link)
			bpf_link__destroy(link);
	}
	return error;
}

} // namespace

Result<Programs> Programs::load_or_reuse(std::uint32_t hidden_netns) {
	const std::string folder = program_pins(build_identity());
	std::error_code error;
	fs::create_directories(kPinRoot, error);
	if (error)
		return fail_errno(error.value(), fmt::format("making {} (is bpffs mounted at /sys/fs/bpf?)", kPinRoot));

	Programs programs;
	if (fs::exists(folder, error)) {
		if (auto reused = programs.reuse(folder); !reused)
			return tl::unexpected(std::move(reused.error()).within("taking up loaded BPF programs"));
	} else {
		// Loaded aside and renamed when complete, so that a folder of this name is always whole. (bpffs takes
		// no names with a dot.)
		const std::string fresh = kPinRoot + "/loading";
		fs::remove_all(fresh, error);
		fs::create_directory(fresh, error);
		if (error)
			return fail_errno(error.value(), fmt::format("making {}", fresh));
		if (auto loaded = programs.load(fresh); !loaded) {
			fs::remove_all(fresh, error);
			return tl::unexpected(std::move(loaded.error()).within("loading BPF programs"));
		}
		if (::rename(fresh.c_str(), folder.c_str()) < 0)
			return fail_errno(errno, fmt::format("renaming {}", fresh));
	}
	programs.watch(hidden_netns);
	for (const auto &entry : fs::directory_iterator(kPinRoot, error))
		if (entry.path().filename().string().starts_with("programs-") && entry.path() != folder)
			fs::remove_all(entry.path(), error);
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

Status Programs::load(const std::string &folder) {
	const auto options = open_options();
	const std::string tx_path = folder + "/tx";

	LibbpfLog log;
	Owned<tx_cast_bpf, tx_cast_bpf__destroy> cast(tx_cast_bpf__open_opts(&options));
	if (cast && tx_cast_bpf__load(cast.get()) == 0) {
		if (auto pinned = pin_program(cast->progs.fom_tx, tx_path); !pinned)
			return pinned;
		trials_.push_back({"read-by-cast", true, "slaves checked by plain loads (bpf_rdonly_cast)"});
	} else {
		trials_.push_back({"read-by-cast", false, log.take_reason()});
		Owned<tx_probe_bpf, tx_probe_bpf__destroy> probe(tx_probe_bpf__open_opts(&options));
		if (!probe || tx_probe_bpf__load(probe.get()) != 0)
			return fail(fmt::format("the transmit program was refused: {}", log.take_reason()));
		if (auto pinned = pin_program(probe->progs.fom_tx, tx_path); !pinned)
			return pinned;
		trials_.push_back({"read-by-probe", true, "slaves checked by bpf_probe_read_kernel"});
	}
	cast.reset();

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

void Programs::watch(std::uint32_t hidden_netns) {
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
	// Together if that works, because each object opened reads all kernel types; else each in an object of its own:
	// a function that this kernel does not let us trace must not take the other one along. EPERM is about tracing
	// as such.
	LibbpfLog log;
	const int error = missing.empty() ? 0 : load_watches(missing, hidden_netns, log);
	if (error < 0 && error != -EPERM && missing.size() > 1)
		for (Watch *watch : missing)
			load_watches({&watch, 1}, hidden_netns, log);
	for (const auto &watch : watches)
		trials_.push_back({watch.pin, watch.works, watch.works ? watch.detail : watch.reason});
	watches_carrier_ = watches[0].works;
	watches_unbind_ = watches[1].works;
}

} // namespace failover::bpf
